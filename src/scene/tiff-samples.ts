import { codecName, isImageCodec } from "./codec-names.ts";
import type { SampleType } from "./raster-block.ts";
import { damagedHeader, unsupported } from "./scene-errors.ts";
import { TAG, type TiffTags } from "./tiff-tags.ts";

/** PhotometricInterpretation: what the first samples show. */
export const PHOTOMETRIC = { whiteIsZero: 0, blackIsZero: 1, rgb: 2, palette: 3, mask: 4, yCbCr: 6 } as const;

const PHOTOMETRIC_NAMES: Readonly<Record<number, string>> = {
  5: "CMYK",
  8: "CIELab",
  9: "ICCLab",
  10: "ITULab",
  32803: "CFA",
  34892: "LinearRaw",
};

/** "34887 (LERC)"; the number alone where it has no name. */
export function withName(value: number, name: string | undefined): string {
  return name === undefined || name === String(value) ? String(value) : `${value} (${name})`;
}

/** Bits and type of every sample. Throws UserError where they differ, are packed, complex or of another size than a type's. */
export function sampleTypeOf(
  path: string,
  tags: TiffTags,
  samples: number,
): { bits: number; sampleType: SampleType } {
  if (samples < 1 || samples > 65535) throw damagedHeader(path, `SamplesPerPixel is ${samples}`);
  const bits = uniform(path, "BitsPerSample", tags.numbers(TAG.bitsPerSample), 1);
  const format = uniform(path, "SampleFormat", tags.numbers(TAG.sampleFormat), 1);
  const fillOrder = tags.number(TAG.fillOrder, 1);
  if (fillOrder !== 1) throw unsupported(path, "FillOrder", String(fillOrder));
  const name = ["", "uint", "int", "float", "uint"][format];
  if (name === undefined || name === "")
    throw unsupported(path, "SampleFormat", formatName(format), "-ot Float32");
  if (bits === 1 && name === "uint") return { bits, sampleType: "uint8" };
  const type = `${name}${bits}`;
  if (!SAMPLE_TYPES.has(type))
    throw unsupported(path, "BitsPerSample", `${bits} (${name})`, hintForBits(name, bits));
  return { bits, sampleType: type as SampleType };
}

const SAMPLE_TYPES: ReadonlySet<string> = new Set<SampleType>([
  "uint8",
  "int8",
  "uint16",
  "int16",
  "uint32",
  "int32",
  "float32",
  "float64",
]);

function formatName(format: number): string {
  return format === 5 || format === 6 ? `${format} (complex)` : String(format);
}

function hintForBits(name: string, bits: number): string {
  if (name === "float") return "-ot Float32";
  if (bits > 32) return "-ot Float64";
  return bits < 8 ? "-ot Byte -co NBITS=8" : "-ot UInt16 -co NBITS=16";
}

function uniform(path: string, name: string, values: ArrayLike<number>, fallback: number): number {
  const all = new Set(Array.from(values));
  if (all.size > 1)
    throw unsupported(path, name, `${[...all].join(", ")} (different per sample)`, "-ot UInt16");
  return values[0] ?? fallback;
}

/** True for PlanarConfiguration 2: every sample in blocks of its own. */
export function planarOf(path: string, tags: TiffTags): boolean {
  const planar = tags.number(TAG.planarConfiguration, 1);
  if (planar !== 1 && planar !== 2) throw damagedHeader(path, `PlanarConfiguration is ${planar}`);
  return planar === 2;
}

/** The predictor (1, 2 or 3); codecs that know none ignore the tag, as libtiff does. */
export function predictorOf(path: string, tags: TiffTags, compression: number): number {
  if (![5, 8, 32946, 50000].includes(compression)) return 1;
  const predictor = tags.number(TAG.predictor, 1);
  if (predictor < 1 || predictor > 3) throw unsupported(path, "Predictor", String(predictor));
  return predictor;
}

/** What the first samples show. Throws UserError for colour spaces that are not read here. */
export function photometricOf(path: string, tags: TiffTags, compression: number): number {
  const photometric = tags.number(TAG.photometric, PHOTOMETRIC.blackIsZero);
  const known = (Object.values(PHOTOMETRIC) as number[]).includes(photometric);
  if (!known || (photometric === PHOTOMETRIC.yCbCr && !isImageCodec(compression))) {
    const value =
      photometric === PHOTOMETRIC.yCbCr
        ? `6 (YCbCr) with ${codecName(compression)} compression`
        : withName(photometric, PHOTOMETRIC_NAMES[photometric]);
    throw unsupported(path, "PhotometricInterpretation", value, "-co PHOTOMETRIC=RGB");
  }
  return photometric;
}
