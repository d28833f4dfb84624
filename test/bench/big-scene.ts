/** Scenes of any size in a small file, for benchmarks: a few tiles that come again and again. */
import { createWriteStream } from "node:fs";
import { finished } from "node:stream/promises";
import { deflateSync } from "node:zlib";
import { geoTags } from "../../src/raster/geo-tags.ts";
import { encodeTiffHeader, TAG, type TiffTag } from "../../src/raster/tiff-encoder.ts";
import { seededRandom } from "../support/random.ts";
import { UTM40 } from "../support/write-scene.ts";

/** Side of a tile (px) and how many differ. */
const TILE = 512;
const DISTINCT = 64;

/**
 * Writes a square RGB scene of 1 m in EPSG:32640, deflate-compressed. Its tiles are soft blotches, drawn by lot from 64: the file of
 * 100,000 x 100,000 px is some 10 MB.
 */
export async function writeBigScene(path: string, side: number): Promise<void> {
  const random = seededRandom(side);
  const across = Math.ceil(side / TILE);
  const tiles = Array.from({ length: DISTINCT }, (_, i) => deflateSync(blotches(i)));
  const drawn = Array.from({ length: across * across }, () => Math.floor(random() * DISTINCT));
  const header = (starts: readonly number[]): Uint8Array =>
    encodeTiffHeader([tagsOf(side, starts, tiles, drawn)], { big: false, ghost: "" });
  const starts = [header(tiles.map(() => 0)).length];
  for (const tile of tiles) starts.push(starts.at(-1)! + tile.length);
  const file = createWriteStream(path);
  for (const bytes of [header(starts), ...tiles]) file.write(bytes);
  file.end();
  await finished(file);
}

function tagsOf(
  side: number,
  starts: readonly number[],
  tiles: readonly Uint8Array[],
  drawn: readonly number[],
): readonly TiffTag[] {
  const short = (id: number, ...values: readonly number[]): TiffTag => ({ id, type: "short", values });
  const long = (id: number, values: readonly number[]): TiffTag => ({ id, type: "long", values });
  return [
    long(TAG.ImageWidth, [side]),
    long(TAG.ImageLength, [side]),
    short(TAG.BitsPerSample, 8, 8, 8),
    short(TAG.Compression, 8),
    short(TAG.Photometric, 2),
    short(TAG.SamplesPerPixel, 3),
    short(TAG.PlanarConfiguration, 1),
    short(TAG.TileWidth, TILE),
    short(TAG.TileLength, TILE),
    long(
      TAG.TileOffsets,
      drawn.map((tile) => starts[tile]!),
    ),
    long(
      TAG.TileByteCounts,
      drawn.map((tile) => tiles[tile]!.length),
    ),
    ...geoTags({ width: side, height: side, affine: [1, 0, 400_000, 0, -1, 2_800_000], crs: UTM40 }),
  ];
}

/** Waves of four random lengths and phases per band: a dozen regions of the pixelwise model to a tile. */
function blotches(seed: number): Uint8Array {
  const random = seededRandom(seed + 1);
  const waves = Array.from({ length: 4 }, () => ({
    x: (random() - 0.5) / 12,
    y: (random() - 0.5) / 12,
    phase: random() * 2 * Math.PI,
  }));
  const data = new Uint8Array(TILE * TILE * 3);
  for (let row = 0, at = 0; row < TILE; row++)
    for (let col = 0; col < TILE; col++, at += 3) {
      const height = waves.reduce((sum, { x, y, phase }) => sum + Math.sin(x * col + y * row + phase), 0);
      for (let band = 0; band < 3; band++) data[at + band] = 127.5 + 30 * height + 5 * band;
    }
  return data;
}
