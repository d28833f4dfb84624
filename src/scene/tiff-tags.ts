import { damagedHeader } from "./scene-errors.ts";

/** Numbers of the TIFF tags that are read here (TIFF 6.0, GeoTIFF, GDAL). */
export const TAG = {
  newSubfileType: 254,
  subfileType: 255,
  imageWidth: 256,
  imageLength: 257,
  bitsPerSample: 258,
  compression: 259,
  photometric: 262,
  fillOrder: 266,
  stripOffsets: 273,
  samplesPerPixel: 277,
  rowsPerStrip: 278,
  stripByteCounts: 279,
  planarConfiguration: 284,
  dateTime: 306,
  predictor: 317,
  colorMap: 320,
  tileWidth: 322,
  tileLength: 323,
  tileOffsets: 324,
  tileByteCounts: 325,
  extraSamples: 338,
  sampleFormat: 339,
  jpegTables: 347,
  modelPixelScale: 33550,
  modelTiepoint: 33922,
  modelTransformation: 34264,
  geoKeyDirectory: 34735,
  geoDoubleParams: 34736,
  geoAsciiParams: 34737,
  gdalMetadata: 42112,
  gdalNodata: 42113,
} as const;

/** The tags of one directory, whatever shape geotiff.js gave their values. */
export class TiffTags {
  readonly #path: string;
  readonly #values: ReadonlyMap<string | number, unknown>;

  constructor(path: string, values: ReadonlyMap<string | number, unknown>) {
    this.#path = path;
    this.#values = values;
  }

  has(tag: number): boolean {
    return this.#values.has(tag);
  }

  /** All numbers of a tag; empty when the file does not have it. Throws UserError when it is text. */
  numbers(tag: number): ArrayLike<number> {
    const value = this.#values.get(tag);
    if (value === undefined) return [];
    if (typeof value === "number") return [value];
    if (Array.isArray(value) || ArrayBuffer.isView(value)) return value as unknown as ArrayLike<number>;
    throw damagedHeader(this.#path, `tag ${tag} is not a number`);
  }

  /** The first number of a tag, or a fallback. Throws UserError when there is neither. */
  number(tag: number, fallback?: number): number {
    const value = this.numbers(tag)[0] ?? fallback;
    if (value === undefined) throw damagedHeader(this.#path, `tag ${tag} is missing`);
    return value;
  }

  /** The text of a tag without its closing NULs, or null. */
  text(tag: number): string | null {
    const value = this.#values.get(tag);
    return typeof value === "string" ? value.replace(/\0+$/, "") : null;
  }
}
