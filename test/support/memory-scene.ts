import type { Affine } from "../../src/geo/affine.ts";
import { IDENTITY } from "../../src/geo/affine.ts";
import type { Crs } from "../../src/geo/crs.ts";
import { containsWindow, fullWindow } from "../../src/geo/window.ts";
import { type SampleArray, type SampleType, sampleArray } from "../../src/scene/raster-block.ts";
import type { Band, Scene } from "../../src/scene/scene.ts";

/** What memoryScene needs to know; only the pixels and their size must be given. */
export interface MemorySceneOptions {
  /** Samples, row by row, bands interleaved. */
  readonly data: SampleArray;
  readonly width: number;
  readonly height: number;
  /** The pixel grid itself by default. */
  readonly affine?: Affine;
  readonly crs?: Crs | null;
  /** As many bands of unknown role as the samples allow by default. */
  readonly bands?: readonly Band[];
  readonly nodata?: number | null;
  /** 1 = data; by default derived from `nodata` (a pixel is nodata when all its bands are). */
  readonly mask?: Uint8Array | null;
  readonly path?: string;
  readonly palette?: Scene["palette"];
}

/** A scene in memory, at full resolution only: for tests of what reads scenes. */
export function memoryScene(options: MemorySceneOptions): Scene {
  const { data, width, height, nodata = null, path = "memory.tif" } = options;
  const count = data.length / (width * height);
  const bands = options.bands ?? Array.from({ length: count }, (): Band => ({ role: "unknown", name: null }));
  if (bands.length !== count)
    throw new RangeError(`${data.length} samples for ${width} x ${height} x ${bands.length}`);
  const mask = options.mask ?? (nodata === null ? null : maskOf(data, count, nodata));
  const grid = { width, height, affine: options.affine ?? IDENTITY, crs: options.crs ?? null };
  return {
    path,
    grid,
    bands,
    sampleType: sampleTypeOf(data),
    nodata,
    maskSource: options.mask ? "mask" : nodata === null ? "none" : "nodata",
    overviews: [],
    storage: {
      format: "virtual",
      compression: "none",
      blockWidth: width,
      blockHeight: height,
      tiled: false,
      byteLength: null,
      cacheBytes: 0,
    },
    palette: options.palette ?? null,
    tags: {},
    read: async (window, { bands: chosen = bands.map((_, band) => band), level = 0 } = {}) => {
      if (level !== 0) throw new RangeError(`a memory scene has no level ${level}`);
      if (!containsWindow(fullWindow(grid), window))
        throw new RangeError("the window reaches past the scene");
      const out = sampleArray(sampleTypeOf(data), window.width * window.height * chosen.length);
      const outMask = mask === null ? null : new Uint8Array(window.width * window.height);
      for (let i = 0; i < window.width * window.height; i++) {
        const col = window.col + (i % window.width);
        const pixel = (window.row + Math.floor(i / window.width)) * width + col;
        chosen.forEach((band, k) => {
          out[i * chosen.length + k] = data[pixel * count + band]!;
        });
        if (outMask !== null) outMask[i] = mask![pixel]!;
      }
      return { window, bands: chosen.length, data: out, mask: outMask };
    },
    close: async () => undefined,
  };
}

function maskOf(data: SampleArray, bands: number, nodata: number): Uint8Array {
  return Uint8Array.from({ length: data.length / bands }, (_, pixel) =>
    data.subarray(pixel * bands, (pixel + 1) * bands).every((value: number) => Object.is(value, nodata))
      ? 0
      : 1,
  );
}

function sampleTypeOf(data: SampleArray): SampleType {
  return data.constructor.name.replace(/Array$/, "").toLowerCase() as SampleType;
}
