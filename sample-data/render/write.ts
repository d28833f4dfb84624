import { deflateSync } from "node:zlib";
import { crsFromEpsg } from "../../src/geo/crs.ts";
import type { Grid } from "../../src/geo/grid.ts";
import {
  type BlockCodec,
  type DeflateOptions,
  deflateCodec,
  differenceRows,
} from "../../src/raster/block-codec.ts";
import { createCog } from "../../src/raster/cog-writer.ts";
import { jpegCodec } from "../../src/raster/jpeg-codec.ts";
import { bytesOf } from "../../src/raster/strip.ts";
import { NODATA } from "../../src/scene/class-scheme.ts";
import type { Canvas } from "./canvas.ts";
import { CLASSES } from "./material.ts";
import { expose, type Sensor } from "./sensor.ts";
import { shade } from "./shade.ts";
import type { DrawnScene } from "./town.ts";

/** Whether a pixel of a scene has data. */
export type Swath = (x: number, y: number) => boolean;

/** What every file says about itself. */
const TAGS = {
  TIFFTAG_COPYRIGHT: "CC0 1.0",
  TIFFTAG_IMAGEDESCRIPTION: "Invented place, rendered by sample-data/render.ts",
};

/** Rows handed to the writer at once. */
const STRIP = 512;

/** A grid of 1 m pixels in UTM zone 40 north whose upper left corner is at an easting and northing (m). */
export function gridAt(
  { width, height }: { readonly width: number; readonly height: number },
  [east, north]: readonly [number, number],
): Grid {
  return { width, height, affine: [1, 0, east, 0, -1, north], crs: crsFromEpsg(32640) };
}

/** Writes a scene as the camera sees it: JPEG in TIFF, with an internal mask where a swath is given. */
export async function writePicture(
  path: string,
  { canvas, scenery }: DrawnScene,
  grid: Grid,
  sensor: Sensor,
  quality: number,
  swath: Swath | null,
): Promise<void> {
  const exposed = expose(shade(canvas, scenery), canvas, 3, sensor);
  const picture = toBytes(exposed);
  const mask = swath === null ? null : maskOf(canvas, swath);
  if (mask !== null)
    for (let i = 0; i < mask.length; i++) if (mask[i] === 0) picture.fill(0, i * 3, i * 3 + 3);
  const cog = await createCog(path, {
    grid,
    sampleType: "uint8",
    bands: 3,
    overviews: "average",
    codec: jpegCodec({ quality }),
    mask: mask !== null,
    bandNames: ["red", "green", "blue"],
    tags: TAGS,
  });
  await writeRows(cog, canvas, picture, 3, mask);
}

/** Writes the classes that the scene was drawn with; 255 outside the swath. */
export async function writeLabels(
  path: string,
  canvas: Canvas,
  grid: Grid,
  swath: Swath | null,
): Promise<void> {
  const labels = canvas.label.slice();
  const mask = swath === null ? null : maskOf(canvas, swath);
  if (mask !== null) for (let i = 0; i < mask.length; i++) if (mask[i] === 0) labels[i] = NODATA;
  const codec = smallest();
  const cog = await createCog(path, {
    grid,
    sampleType: "uint8",
    nodata: NODATA,
    palette: CLASSES,
    overviews: "mode",
    codec,
    bandNames: ["class"],
    tags: TAGS,
  });
  await writeRows(cog, canvas, labels, 1, null);
}

/** Writes red, green, blue and near infrared as reflectance x 10000, 0 where there is no data. */
export async function writeReflectance(
  path: string,
  { canvas, scenery }: DrawnScene,
  grid: Grid,
  sensor: Sensor,
  swath: Swath,
): Promise<void> {
  const exposed = expose(shade(canvas, scenery), canvas, 4, sensor);
  const reflectance = exposed.map((value, i) => {
    const pixel = Math.floor(i / 4);
    return swath(pixel % canvas.width, Math.floor(pixel / canvas.width)) ? 40 + 5 * ((value + 2) >> 2) : 0;
  });
  const codec = smallest({ predictor: 2 });
  const cog = await createCog(path, {
    grid,
    sampleType: "uint16",
    bands: 4,
    nodata: 0,
    overviews: "average",
    codec,
    bandNames: ["red", "green", "blue", "nir"],
    tags: TAGS,
  });
  await writeRows(cog, canvas, reflectance, 4, null);
}

/** Sixteenths to whole steps of 0 … 255. */
function toBytes(exposed: Uint16Array): Uint8Array {
  const bytes = new Uint8Array(exposed.length);
  for (let i = 0; i < exposed.length; i++) bytes[i] = Math.min(255, (exposed[i]! + 8) >> 4);
  return bytes;
}

function maskOf({ width, height }: Canvas, swath: Swath): Uint8Array {
  const mask = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) mask[y * width + x] = swath(x, y) ? 1 : 0;
  return mask;
}

async function writeRows(
  cog: Awaited<ReturnType<typeof createCog>>,
  { width, height }: Canvas,
  samples: Uint8Array | Uint16Array,
  bands: number,
  mask: Uint8Array | null,
): Promise<void> {
  try {
    for (let row = 0; row < height; row += STRIP) {
      const rows = Math.min(STRIP, height - row);
      const data = samples.subarray(row * width * bands, (row + rows) * width * bands);
      await cog.write({ data, mask: mask?.subarray(row * width, (row + rows) * width) ?? null, rows });
    }
    await cog.finish();
  } finally {
    await cog.abort();
  }
}

/** Deflate that takes its time: these files are read far more often than they are rendered. */
function smallest(options: DeflateOptions = {}): BlockCodec {
  const encode: BlockCodec["encode"] = async (block) => {
    if (options.predictor === 2) differenceRows(block);
    return deflateSync(bytesOf(block.data), { level: 9 });
  };
  return { ...deflateCodec(options), deflate: null, encode };
}
