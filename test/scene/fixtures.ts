import { readFileSync } from "node:fs";
import { inflateSync } from "node:zlib";
import type { SampleType } from "../../src/scene/raster-block.ts";

/** Folder of the GeoTIFFs that test/fixtures/tiff/make.py writes. */
export const TIFF_FIXTURES = new URL("../fixtures/tiff/", import.meta.url).pathname;

/** What GDAL reads from a fixture. */
export interface ExpectedTiff {
  readonly file: string;
  readonly type: SampleType;
  readonly bands: number;
  /** How far a sample may be from GDAL's: JPEG decoders differ. */
  readonly tolerance: number;
  readonly affine: readonly number[];
  readonly epsg: number | null;
  readonly proj4?: string;
  readonly levels: readonly {
    readonly width: number;
    readonly height: number;
    readonly data: string;
    readonly mask: string | null;
  }[];
}

export const EXPECTED: readonly ExpectedTiff[] = JSON.parse(
  readFileSync(`${TIFF_FIXTURES}expected.json`, "utf8"),
);

/** The bytes behind a field of expected.json. */
export function expectedBytes(field: string): Uint8Array {
  return inflateSync(Buffer.from(field, "base64"));
}
