import { NODATA } from "../scene/class-scheme.ts";
import type { Quarter } from "./halve.ts";
import type { TileLabels } from "./tile-labels.ts";

/** Halves a tile of quantities (0–254, nodata 255) into a quarter of its parent: the mean of the data among four pixels, halves up. */
export function averageInto(parent: TileLabels, child: TileLabels, { dx, dy }: Quarter, least: 1 | 2): void {
  const { labels, side } = child;
  const half = side / 2;
  for (let row = 0; row < half; row++) {
    for (let col = 0; col < half; col++) {
      const at = 2 * row * side + 2 * col;
      let sum = 0;
      let data = 0;
      for (const place of [at, at + 1, at + side, at + side + 1]) {
        if (labels[place] === NODATA) continue;
        sum += labels[place]!;
        data++;
      }
      const to = (dy * half + row) * parent.side + dx * half + col;
      if (data >= least) parent.labels[to] = Math.floor(sum / data + 0.5);
    }
  }
}
