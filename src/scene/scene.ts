import type { Grid } from "../geo/grid.ts";
import type { Window } from "../geo/window.ts";
import type { RasterBlock, SampleType } from "./raster-block.ts";

/** What a band shows; `gray` and `unknown` where the file does not say. */
export type BandRole = "red" | "green" | "blue" | "gray" | "nir" | "palette" | "alpha" | "unknown";

/** One band of a scene, counted from 0. */
export interface Band {
  readonly role: BandRole;
  /** The band's own name in the file (GDAL's DESCRIPTION), or null. */
  readonly name: string | null;
}

/** A reduced level of the scene. */
export interface Overview {
  readonly width: number;
  readonly height: number;
  /** How many full-resolution pixels (per side) one pixel of the level stands for. */
  readonly decimation: number;
}

/** Where the mask of a scene comes from. */
export type MaskSource = "none" | "nodata" | "alpha" | "mask" | "nan";

/** How the file stores its pixels: for `inspect` and for messages. */
export interface Storage {
  readonly format: "GeoTIFF" | "BigTIFF" | "virtual";
  readonly compression: string;
  readonly blockWidth: number;
  readonly blockHeight: number;
  readonly tiled: boolean;
  readonly byteLength: number | null;
  /** Memory that decoded blocks may take (bytes). */
  readonly cacheBytes: number;
}

/** One source image: what it covers, what it holds, and a way to read a window of it. */
export interface Scene {
  /** The path or URL as the user gave it. */
  readonly path: string;
  readonly grid: Grid;
  /** The bands with imagery in file order, alpha left out: it is in the mask. */
  readonly bands: readonly Band[];
  readonly sampleType: SampleType;
  /** The nodata value of the file's tag, or null. */
  readonly nodata: number | null;
  readonly maskSource: MaskSource;
  /** Largest first; full resolution is not among them. */
  readonly overviews: readonly Overview[];
  readonly storage: Storage;
  /** Class names and colours where the raster is a land-cover map (palette, GDAL category names), else null. */
  readonly palette:
    | readonly { readonly value: number; readonly name: string | null; readonly color: string }[]
    | null;
  /** Key → value of GDAL_METADATA items of the whole file (not of one band). */
  readonly tags: Readonly<Record<string, string>>;

  /**
   * Reads a window (it must lie inside the level). `bands` are indices into this.bands, all by default; `level` is 0 for full
   * resolution, n for overviews[n − 1]: the window is in that level's pixels.
   * The block is the caller's own to change or transfer. Throws UserError "damaged-block" when bytes cannot be decoded.
   */
  read(
    window: Window,
    options?: { readonly bands?: readonly number[]; readonly level?: number },
  ): Promise<RasterBlock>;

  close(): Promise<void>;
}
