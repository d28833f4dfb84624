import type { GdalMetadata } from "./gdal-metadata.ts";
import type { Band, BandRole } from "./scene.ts";
import type { TiffImage } from "./tiff-image.ts";
import { PHOTOMETRIC } from "./tiff-samples.ts";
import { TAG, type TiffTags } from "./tiff-tags.ts";

/** Which samples of a TIFF are imagery, in file order, and which one is alpha. */
export interface TiffBands {
  readonly bands: readonly Band[];
  /** Sample of each band. */
  readonly samples: readonly number[];
  readonly alpha: number | null;
}

const ROLE_WORDS: readonly (readonly [word: RegExp, role: BandRole])[] = [
  [/^nir|\bnir\b|near[ _-]?infra[ _-]?red|^infra[ _-]?red$/i, "nir"],
  [/^red$/i, "red"],
  [/^green$/i, "green"],
  [/^blue$/i, "blue"],
];

/** Bands of an image: roles from its descriptions and colour interpretation, then from PhotometricInterpretation. */
export function readTiffBands(image: TiffImage, tags: TiffTags, metadata: GdalMetadata): TiffBands {
  const colors = image.photometric === PHOTOMETRIC.rgb || image.photometric === PHOTOMETRIC.yCbCr ? 3 : 1;
  const extra = tags.numbers(TAG.extraSamples);
  const all = Array.from({ length: image.samples }, (_, sample) => ({
    sample,
    name: metadata.descriptions.get(sample) ?? null,
    role: roleOf(sample, image, colors, extra, metadata),
  }));
  const alpha = all.find(({ role }) => role === "alpha")?.sample ?? null;
  const imagery = all.filter(({ sample }) => sample !== alpha);
  return {
    bands: imagery.map(({ name, role }) => ({ name, role: role === "alpha" ? "unknown" : role })),
    samples: imagery.map(({ sample }) => sample),
    alpha,
  };
}

function roleOf(
  sample: number,
  image: TiffImage,
  colors: number,
  extra: ArrayLike<number>,
  { descriptions, colorInterps }: GdalMetadata,
): BandRole {
  const interpretation = colorInterps.get(sample);
  if (image.samples > 1 && isAlpha(interpretation, sample >= colors ? extra[sample - colors] : undefined))
    return "alpha";
  for (const words of [interpretation, descriptions.get(sample)])
    for (const [word, role] of ROLE_WORDS) if (words !== undefined && word.test(words.trim())) return role;
  if (colors === 3) return (["red", "green", "blue"] as const)[sample] ?? "unknown";
  if (image.photometric === PHOTOMETRIC.palette) return sample === 0 ? "palette" : "unknown";
  return image.samples === 1 ? "gray" : "unknown";
}

/** GDAL's colour interpretation outranks ExtraSamples: it is how GDAL itself says that an alpha band is none. */
function isAlpha(interpretation: string | undefined, extraSample: number | undefined): boolean {
  return interpretation === undefined ? extraSample === 1 || extraSample === 2 : interpretation === "alpha";
}
