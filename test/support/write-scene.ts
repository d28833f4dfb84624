import type { Affine } from "../../src/geo/affine.ts";
import { type Crs, crsFromEpsg } from "../../src/geo/crs.ts";
import { type CogOptions, createCog } from "../../src/raster/cog-writer.ts";
import { blotchyRgb } from "./random.ts";

/** A scene to write; what is not given is three bands of blotches at 1 m in EPSG:32640. */
export interface SceneOptions {
  readonly width: number;
  readonly height: number;
  readonly seed?: number;
  /** Samples, row by row, bands interleaved. */
  readonly data?: Uint8Array | Uint16Array;
  readonly bands?: number;
  readonly affine?: Affine;
  readonly crs?: Crs | null;
  readonly nodata?: number;
  /** 1 = data: becomes an internal mask. */
  readonly mask?: Uint8Array;
  readonly cog?: Partial<CogOptions>;
}

export const UTM40 = crsFromEpsg(32640)!;

/** Writes a GeoTIFF and returns its samples. */
export async function writeScene(
  path: string,
  { width, height, seed = 1, bands = 3, ...options }: SceneOptions,
): Promise<Uint8Array | Uint16Array> {
  const data = options.data ?? blotchyRgb(width, height, seed);
  const { affine = [1, 0, 500_000, 0, -1, 2_800_000], crs = UTM40, nodata, mask, cog } = options;
  const writer = await createCog(path, {
    grid: { width, height, affine, crs },
    sampleType: data instanceof Uint8Array ? "uint8" : "uint16",
    bands,
    overviews: "average",
    blockSize: 128,
    ...(nodata === undefined ? {} : { nodata }),
    ...(mask === undefined ? {} : { mask: true }),
    ...cog,
  });
  await writer.write({ data, rows: height, ...(mask === undefined ? {} : { mask }) });
  await writer.finish();
  return data;
}
