import { copyBytes } from "../copy-bytes.ts";
import type { Window } from "../geo/window.ts";
import { keptKernels } from "../kernels/kept-kernels.ts";
import { blendCells } from "./blend-cells.ts";
import { type ChipsTask, firstColumn, type OwnWinners } from "./chip-row.ts";

/** Cells that are blended together at most: their scores stay in a processor's cache. */
const CELLS = 8192;
const FLOAT = 4;
const kernelsFor = keptKernels<"ids" | "cells" | "labels" | "confidence">();

/**
 * For models that answer for every pixel: the class with the highest score, the first of equals, what is negative as zero. What wins in a
 * chip by itself stands where no other chip has a say; only the overlaps with the chips before it are blended.
 */
export function resolvePixels(task: ChipsTask, own: OwnWinners): void {
  const { chips, rows, width } = task;
  const { x, y, latticeRow, slots } = chips;
  const height = rows.to - rows.from;
  for (let chip = task.from; chip < task.to; chip++) {
    const col = firstColumn(chips, chip);
    const owned = { col, row: 0, width: Math.min(width, firstColumn(chips, chip + 1)) - col, height };
    const isKnown = own.known[chip % slots] === 1;
    const top = isKnown ? (latticeRow === 0 ? 0 : Math.min(y.overlap, height)) : height;
    const left = chip === 0 ? 0 : Math.min(x.overlap, owned.width);
    findPixels(task, { ...owned, height: top });
    findPixels(task, { ...owned, row: top, width: left, height: height - top });
    const rest = { col: col + left, row: top, width: owned.width - left, height: height - top };
    copyPixels(task, rest, own, ((chip % slots) * y.chip + top) * x.chip + left);
  }
}

/** Blends pixels, some rows at a time, and finds what wins there. */
function findPixels(task: ChipsTask, { col, row, width, height }: Window): void {
  const { chips, classIds, labels, confidence } = task;
  const { classes } = chips;
  if (width === 0) return;
  const room = Math.max(CELLS, 4 * Math.ceil(width / 4));
  const { run, at, bytes } = kernelsFor({
    ids: classes,
    cells: FLOAT * classes * room,
    labels: room,
    confidence: room,
  });
  bytes.ids.set(classIds);
  run.setClasses(at.ids, classes);
  const cells = new Float32Array(bytes.cells.buffer, at.cells, classes * room);
  const step = Math.floor(room / width);
  for (let from = row; from < row + height; from += step) {
    const count = Math.min(step, row + height - from);
    blendCells(chips, { col, row: from, width, height: count }, { cells, at: 0, pitch: width, plane: room });
    run.findWinners(at.cells, FLOAT * room, classes, count * width, at.labels, at.confidence);
    for (let i = 0; i < count; i++) {
      const to = (from + i) * task.width + col;
      copyBytes(labels, to, bytes.labels.subarray(i * width, (i + 1) * width));
      copyBytes(confidence, to, bytes.confidence.subarray(i * width, (i + 1) * width));
    }
  }
}

/** Pixels that no other chip has a say in; the first is at `from` of the chips' own winners. */
function copyPixels(
  { chips, width: across, labels, confidence }: ChipsTask,
  { col, row, width, height }: Window,
  own: OwnWinners,
  from: number,
): void {
  for (let i = 0; i < height; i++) {
    const [at, to] = [from + i * chips.x.chip, (row + i) * across + col];
    copyBytes(labels, to, own.labels.subarray(at, at + width));
    copyBytes(confidence, to, own.confidence.subarray(at, at + width));
  }
}
