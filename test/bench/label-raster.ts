/** The label raster of the vector and tile benchmarks: seeded, so that every machine measures the same pixels. */
import type { Affine } from "../../src/geo/affine.ts";
import { crsFromEpsg } from "../../src/geo/crs.ts";
import { createCog } from "../../src/raster/cog-writer.ts";
import type { LandCoverClass } from "../../src/scene/class-scheme.ts";
import { seededRandom } from "../support/random.ts";

export const CLASSES: readonly LandCoverClass[] = [
  { id: 0, name: "water", color: "#2a7fd4" },
  { id: 1, name: "land", color: "#d9c9a3" },
  { id: 2, name: "road", color: "#8a8a8a" },
  { id: 3, name: "building", color: "#b23a48" },
  { id: 4, name: "vegetation", color: "#4f9d4f" },
];

/** Side of the raster (px) at which it has 121,963 regions. */
export const BENCH_SIZE = 10_000;
const STRIP_ROWS = 256;
/** One metre in UTM zone 40 north. */
const AFFINE: Affine = [1, 0, 330_000, 0, -1, 2_790_000];

/** Rows of smooth random heights (0–1): whole random numbers at the corners of cells of `cell` px, bilinear between. */
function heightRows(
  size: number,
  cell: number,
  random: () => number,
): (row: number, out: Float32Array) => void {
  const side = Math.ceil(size / cell) + 1;
  const corners = Float32Array.from({ length: side * side }, random);
  return (row, out) => {
    const top = Math.floor(row / cell) * side;
    const v = (row % cell) / cell;
    for (let col = 0; col < size; col++) {
      const i = top + Math.floor(col / cell);
      const u = (col % cell) / cell;
      const upper = corners[i]! + (corners[i + 1]! - corners[i]!) * u;
      const lower = corners[i + side]! + (corners[i + side + 1]! - corners[i + side]!) * u;
      out[col] = upper + (lower - upper) * v;
    }
  };
}

/** Labels of a made-up district, strip by strip: waters and woods with ragged edges, streets, houses, and a corner without data. */
export function* labelStrips(size: number, seed = 1): Generator<Uint8Array> {
  const random = seededRandom(seed);
  const fields = [700, 61, 15].map((cell) => ({
    fill: heightRows(size, cell, random),
    row: new Float32Array(size),
  }));
  const [wide, middle, fine] = fields.map(({ row }) => row) as [Float32Array, Float32Array, Float32Array];
  for (let start = 0; start < size; start += STRIP_ROWS) {
    const rows = Math.min(STRIP_ROWS, size - start);
    const strip = new Uint8Array(rows * size);
    for (let k = 0; k < rows; k++) {
      const row = start + k;
      for (const { fill, row: heights } of fields) fill(row, heights);
      for (let col = 0; col < size; col++)
        strip[k * size + col] =
          col + row < size / 8 ? 255 : labelAt(col, row, wide[col]!, middle[col]!, fine[col]!);
    }
    yield strip;
  }
}

function labelAt(col: number, row: number, wide: number, middle: number, fine: number): number {
  const height = 0.55 * wide + 0.3 * middle + 0.15 * fine;
  if (height < 0.36) return 0;
  if ((col + (row >> 2)) % 211 < 7 || (row + (col >> 3)) % 173 < 6) return 2;
  if (0.3 * wide + 0.7 * fine > 0.66) return 4;
  const house = (col >> 3) % 4 === 1 && (row >> 3) % 3 === 1;
  return house && wide + middle > 1.1 ? 3 : 1;
}

/** Writes the raster as the COG that `landstitch map` would write: palette, nodata 255, mode overviews. */
export async function writeLabelRaster(path: string, size = BENCH_SIZE): Promise<void> {
  const writer = await createCog(path, {
    grid: { width: size, height: size, affine: AFFINE, crs: crsFromEpsg(32640)! },
    sampleType: "uint8",
    bands: 1,
    nodata: 255,
    overviews: "mode",
    palette: CLASSES,
  });
  for (const data of labelStrips(size)) await writer.write({ data, rows: data.length / size });
  await writer.finish();
}
