/** Seeded label rasters for benchmarks. */
import { createCog } from "../../src/raster/cog-writer.ts";
import type { LandCoverClass } from "../../src/scene/class-scheme.ts";
import { UTM40 } from "../support/write-scene.ts";

/** Side (px) of the cells that each hold one seed of a patch; of so many pixels one is speckle. */
const CELL = 25;
const SPECKLE = 5000;
const ROWS = 500;

/** The classes of the raster. */
export const LABEL_CLASSES: readonly LandCoverClass[] = [
  { id: 0, name: "water", color: "#2a7fd4" },
  { id: 1, name: "land", color: "#d9c9a3" },
  { id: 2, name: "road", color: "#8a8a8a" },
  { id: 3, name: "building", color: "#b23a48" },
  { id: 4, name: "vegetation", color: "#4f9d4f" },
  { id: 5, name: "wetland", color: "#7fc0b0" },
];

/**
 * Writes a square raster of patches of 6 classes, each pixel in the class of the nearest seed, with speckle: about 1,150 regions in a
 * million pixels. 1 m in EPSG:32640.
 */
export async function writeLabelRaster(path: string, side: number): Promise<void> {
  const writer = await createCog(path, {
    grid: { width: side, height: side, affine: [1, 0, 400_000, 0, -1, 2_800_000], crs: UTM40 },
    sampleType: "uint8",
    bands: 1,
    nodata: 255,
    palette: LABEL_CLASSES,
    overviews: "mode",
  });
  for (let row = 0; row < side; row += ROWS) {
    const rows = Math.min(ROWS, side - row);
    await writer.write({ data: labelRows(row, rows, side), rows });
  }
  await writer.finish();
}

function labelRows(first: number, rows: number, side: number): Uint8Array {
  const labels = new Uint8Array(rows * side);
  for (let k = 0; k < rows; k++) {
    const y = first + k;
    for (let x = 0; x < side; x++) {
      const speckle = hash(x, y, 7);
      labels[k * side + x] =
        speckle % SPECKLE === 0 ? Math.floor(speckle / SPECKLE) % LABEL_CLASSES.length : nearestClass(x, y);
    }
  }
  return labels;
}

function nearestClass(x: number, y: number): number {
  const [column, row] = [Math.floor(x / CELL), Math.floor(y / CELL)];
  let nearest = Infinity;
  let label = 0;
  for (let j = row - 1; j <= row + 1; j++)
    for (let i = column - 1; i <= column + 1; i++) {
      const seed = hash(i, j, 1);
      const dx = (i + (seed & 255) / 256) * CELL - x;
      const dy = (j + ((seed >>> 8) & 255) / 256) * CELL - y;
      const distance = dx * dx + dy * dy;
      if (distance >= nearest) continue;
      nearest = distance;
      label = (seed >>> 16) % LABEL_CLASSES.length;
    }
  return label;
}

/** 32 random bits of two integers (the finaliser of MurmurHash3). */
function hash(x: number, y: number, salt: number): number {
  let h = Math.imul(x, 0x9e3779b1) ^ Math.imul(y, 0x85ebca77) ^ Math.imul(salt, 0xc2b2ae3d);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
