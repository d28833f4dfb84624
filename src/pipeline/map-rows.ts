import { intersectWindows, type Window } from "../geo/window.ts";
import { NODATA } from "../scene/class-scheme.ts";
import type { LabelStrip } from "../stitcher/stitcher.ts";
import type { SkippedWindow } from "./checkpoint.ts";
import type { PreparedRun } from "./prepare.ts";

/** The rows of a strip that belong to the map, cropped to it, nodata outside the area of interest. */
export function mapRows(
  { row, rows, labels, confidence }: LabelStrip,
  { crop, aoi, plan }: PreparedRun,
  skipped: readonly SkippedWindow[],
): Pick<LabelStrip, "rows" | "labels" | "confidence"> {
  if (aoi === null) {
    blank(skipped, { col: 0, row, width: plan.x.size, height: rows }, [labels, confidence]);
    return { rows, labels, confidence };
  }
  const width = plan.x.size;
  const part = intersectWindows(crop, { col: 0, row, width, height: rows });
  if (part === null) return { rows: 0, labels: labels.subarray(0, 0), confidence: confidence.subarray(0, 0) };
  const cropped = (data: LabelStrip["labels"]): LabelStrip["labels"] => {
    const out = new Uint8Array(part.width * part.height);
    for (let i = 0; i < part.height; i++) {
      const start = (part.row - row + i) * width + part.col;
      out.set(data.subarray(start, start + part.width), i * part.width);
    }
    aoi.area.fillOutside(out, part, NODATA);
    blank(skipped, { ...part, col: part.col - crop.col, row: part.row - crop.row }, [out]);
    return out;
  };
  return { rows: part.height, labels: cropped(labels), confidence: cropped(confidence) };
}

/** Sets the windows of failed chips to nodata in rows of the map: all of them, for neighbours alone would be faint there. */
function blank(skipped: readonly SkippedWindow[], rows: Window, layers: readonly Uint8Array[]): void {
  for (const chip of skipped) {
    const part = chip.what === "chip" ? intersectWindows(chip.window, rows) : null;
    if (part === null) continue;
    for (let row = part.row - rows.row; row < part.row - rows.row + part.height; row++) {
      const start = row * rows.width + part.col - rows.col;
      for (const layer of layers) layer.fill(NODATA, start, start + part.width);
    }
  }
}
