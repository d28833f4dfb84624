import type { Window } from "../geo/window.ts";
import { NODATA } from "../scene/class-scheme.ts";
import type { Patch } from "./patches.ts";
import type { TileLabels } from "./tile-labels.ts";

/** Labels of a window of a map, row by row, and their regions (see RegionIndex). */
export interface LabelWindow {
  readonly window: Window;
  readonly labels: Uint8Array;
  readonly regions: Uint32Array | null;
}

/** So near to the far edge of a window (px), rounding could step over it. */
const EDGE = 1e-6;

/** A patch in pixels of the map, counted from a window of it: start and end (px) of the positions along its first and last row. */
export interface LocalPatch {
  readonly u: readonly [number, number, number, number];
  readonly v: readonly [number, number, number, number];
}

export function localPatch({ corners }: Patch, { col, row }: Window): LocalPatch {
  const [a, b, c, d] = corners;
  const u = (point: readonly [number, number]): number => point[0] - col;
  const v = (point: readonly [number, number]): number => point[1] - row;
  return { u: [u(a), u(b), u(c), u(d)], v: [v(a), v(b), v(c), v(d)] };
}

/** Calls `visit` for each row of a patch: offset of its first pixel in the tile, its first position (px), the step between pixels. */
export function eachRow(
  patch: Patch,
  { u, v }: LocalPatch,
  size: number,
  visit: (offset: number, u: number, v: number, du: number, dv: number) => void,
): void {
  const across = Math.max(1, patch.width - 1);
  const down = Math.max(1, patch.height - 1);
  for (let row = 0; row < patch.height; row++) {
    const t = row / down;
    const uLeft = u[0] + t * (u[2] - u[0]);
    const vLeft = v[0] + t * (v[2] - v[0]);
    const uRight = u[1] + t * (u[3] - u[1]);
    const vRight = v[1] + t * (v[3] - v[1]);
    visit(
      (patch.row + row) * size + patch.col,
      uLeft,
      vLeft,
      (uRight - uLeft) / across,
      (vRight - vLeft) / across,
    );
  }
}

/** Gives each pixel of a patch the label of the map's pixel that its centre lies in; pixels outside the window keep theirs. */
export function fillNearest(target: TileLabels, patch: Patch, source: LabelWindow): void {
  const { width, height } = source.window;
  const local = localPatch(patch, source.window);
  const inside =
    local.u.every((u) => u >= 0 && u < width - EDGE) && local.v.every((v) => v >= 0 && v < height - EDGE);
  const fillRow = !inside ? copyChecked : target.regions === null ? copyLabels : copyAll;
  eachRow(patch, local, target.side, (offset, u, v, du, dv) => {
    fillRow(target, offset, patch.width, source, u, v, du, dv);
  });
}

/** Copies a row of pixels that may lie outside of the window. */
function copyChecked(
  target: TileLabels,
  offset: number,
  count: number,
  source: LabelWindow,
  u: number,
  v: number,
  du: number,
  dv: number,
): void {
  const { width, height } = source.window;
  for (let i = 0; i < count; i++) {
    const col = u + i * du;
    const row = v + i * dv;
    if (col >= 0 && col < width && row >= 0 && row < height)
      copyPixel(target, offset + i, source, (row | 0) * width + (col | 0));
  }
}

/** Copies the labels of a row that lies inside the window: no call, no check. */
function copyLabels(
  { labels }: TileLabels,
  offset: number,
  count: number,
  source: LabelWindow,
  u: number,
  v: number,
  du: number,
  dv: number,
): void {
  const { width } = source.window;
  for (let i = 0; i < count; i++)
    labels[offset + i] = source.labels[((v + i * dv) | 0) * width + ((u + i * du) | 0)]!;
}

/** The same of a row whose regions are known. */
function copyAll(
  { labels, regions }: TileLabels,
  offset: number,
  count: number,
  source: LabelWindow,
  u: number,
  v: number,
  du: number,
  dv: number,
): void {
  const { width } = source.window;
  for (let i = 0; i < count; i++) {
    const from = ((v + i * dv) | 0) * width + ((u + i * du) | 0);
    labels[offset + i] = source.labels[from]!;
    regions![offset + i] = source.regions![from]!;
  }
}

function copyPixel(target: TileLabels, to: number, source: LabelWindow, from: number): void {
  target.labels[to] = source.labels[from]!;
  if (target.regions !== null && source.regions !== null) target.regions[to] = source.regions[from]!;
}

/**
 * Gives each pixel of a patch the commonest label (the lowest of equals) of the map's pixels in the `side` x `side` box around its
 * centre. A pixel is data when one of them is, so that a raster smaller than a pixel does not vanish from the map.
 */
export function fillMode(target: TileLabels, patch: Patch, source: LabelWindow, side: number): void {
  const counts = new Uint32Array(256);
  eachRow(patch, localPatch(patch, source.window), target.side, (offset, u, v, du, dv) => {
    for (let i = 0; i < patch.width; i++) {
      const col = Math.round(u + i * du - side / 2);
      const row = Math.round(v + i * dv - side / 2);
      const from = modeOfBox(source, col, row, side, counts);
      if (from !== null) copyPixel(target, offset + i, source, from);
    }
  });
}

/** Where in the window a pixel of the box has its commonest label; null where it has no data. */
function modeOfBox(
  { window, labels }: LabelWindow,
  col: number,
  row: number,
  side: number,
  counts: Uint32Array,
): number | null {
  const right = Math.min(col + side, window.width);
  const bottom = Math.min(row + side, window.height);
  counts.fill(0);
  let best: number | null = null;
  let most = 0;
  for (let y = Math.max(0, row); y < bottom; y++) {
    const start = y * window.width;
    for (let i = start + Math.max(0, col); i < start + right; i++) {
      const label = labels[i]!;
      const count = ++counts[label]!;
      if (count < most || label === NODATA) continue;
      if (count === most && best !== null && label >= labels[best]!) continue;
      best = i;
      most = count;
    }
  }
  return best;
}
