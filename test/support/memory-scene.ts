import { type Affine, IDENTITY } from "../../src/geo/affine.ts";
import type { Crs } from "../../src/geo/crs.ts";
import { containsWindow, describeWindow, fullWindow, type Window } from "../../src/geo/window.ts";
import { type SampleArray, type SampleType, sampleArray } from "../../src/scene/raster-block.ts";
import type { Band, Scene } from "../../src/scene/scene.ts";

/** What a scene in memory is made of: samples row by row, bands interleaved; one band and no georeference by default. */
export interface MemorySceneOptions {
  readonly data: SampleArray;
  readonly width: number;
  readonly height: number;
  readonly affine?: Affine;
  readonly crs?: Crs | null;
  /** Pixels whose bands all have this value are masked. */
  readonly nodata?: number | null;
  readonly palette?: Scene["palette"];
  readonly bands?: readonly Band[];
  readonly path?: string;
  /** Told of each window that is read. */
  readonly onRead?: (window: Window) => void;
}

/** A scene whose pixels are an array, without overviews. */
export function memoryScene(options: MemorySceneOptions): Scene {
  const { data, width, height, affine = IDENTITY, crs = null, nodata = null, palette = null } = options;
  const bands = options.bands ?? [{ role: "gray", name: null }];
  if (data.length !== width * height * bands.length)
    throw new RangeError(`${data.length} samples are not ${width} x ${height} px of ${bands.length} bands`);
  const grid = { width, height, affine, crs };
  const sampleType = sampleTypeOf(data);
  return {
    path: options.path ?? "memory.tif",
    grid,
    bands,
    sampleType,
    nodata,
    maskSource: nodata === null ? "none" : "nodata",
    overviews: [],
    storage: {
      format: "virtual",
      compression: "none",
      blockWidth: width,
      blockHeight: height,
      tiled: false,
      byteLength: null,
    },
    palette,
    tags: {},
    async read(window, { bands: wanted = bands.map((_, band) => band), level = 0 } = {}) {
      if (level !== 0) throw new RangeError(`level ${level} of a scene without overviews`);
      if (!containsWindow(fullWindow(grid), window))
        throw new RangeError(`no such window: ${describeWindow(window)}`);
      options.onRead?.(window);
      const block = sampleArray(sampleType, window.width * window.height * wanted.length);
      const mask = nodata === null ? null : new Uint8Array(window.width * window.height);
      for (let index = 0; index < window.width * window.height; index++) {
        const col = window.col + (index % window.width);
        const row = window.row + Math.floor(index / window.width);
        const pixel = data.subarray(
          (row * width + col) * bands.length,
          (row * width + col + 1) * bands.length,
        );
        wanted.forEach((band, place) => {
          block[index * wanted.length + place] = pixel[band]!;
        });
        if (mask !== null) mask[index] = pixel.every((sample) => sample === nodata) ? 0 : 1;
      }
      return { window, bands: wanted.length, data: block, mask };
    },
    close: () => Promise.resolve(),
  };
}

function sampleTypeOf(data: SampleArray): SampleType {
  return data.constructor.name.replace("Array", "").toLowerCase() as SampleType;
}
