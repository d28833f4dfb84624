import { UserError } from "../errors.ts";
import type { Overview } from "./scene.ts";
import { unsupported } from "./scene-errors.ts";
import type { TiffHeader } from "./tiff-header.ts";
import { readTiffImage, type TiffImage } from "./tiff-image.ts";
import { TAG, type TiffTags } from "./tiff-tags.ts";

/** One resolution of a scene: its imagery and the internal mask of the same size, where there is one. */
export interface Level {
  readonly image: TiffImage;
  readonly mask: TiffImage | null;
}

/**
 * The resolutions of a TIFF, full resolution first, then its reduced images from large to small. Other pages are not part
 * of the scene. Throws UserError when the imagery is stored in a way that is not supported.
 */
export function readLevels(header: TiffHeader): readonly [Level, ...Level[]] {
  const { path, directories } = header;
  const full = readTiffImage(header, 0);
  if (full.bits === 1) throw unsupported(path, "BitsPerSample", "1", "-co NBITS=8");
  const others = directories.flatMap((tags, index) => (index === 0 ? [] : [{ index, ...kindOf(tags) }]));
  const masks = others.filter(({ mask }) => mask).map(({ index }) => readTiffImage(header, index));
  const maskOf = (image: TiffImage): TiffImage | null =>
    masks.find(({ width, height }) => width === image.width && height === image.height) ?? null;
  const levels = others
    .filter(({ mask, reduced }) => reduced && !mask)
    .flatMap(({ index }) => readOverview(header, index, full))
    .map((image) => ({ image, mask: maskOf(image) }))
    .filter(({ mask }) => maskOf(full) === null || mask !== null)
    .sort((a, b) => b.image.width - a.image.width);
  return [{ image: full, mask: maskOf(full) }, ...levels];
}

/** The reduced image of a directory, or nothing where it is another picture (a thumbnail) or stored in a way that is not read here. */
function readOverview(header: TiffHeader, index: number, full: TiffImage): readonly TiffImage[] {
  try {
    const image = readTiffImage(header, index);
    return isOverviewOf(full, image) ? [image] : [];
  } catch (error) {
    if (error instanceof UserError && error.code === "unsupported-tiff") return [];
    throw error;
  }
}

/** Full-resolution pixels per pixel of a reduced image: a whole number where it fits the sizes. */
export function decimationOf(
  full: { readonly width: number; readonly height: number },
  reduced: { readonly width: number; readonly height: number },
): number {
  const ratio = full.width > full.height ? full.width / reduced.width : full.height / reduced.height;
  const whole = Math.round(ratio);
  const fits =
    Math.ceil(full.width / whole) === reduced.width && Math.ceil(full.height / whole) === reduced.height;
  return fits ? whole : ratio;
}

/** The overviews of the levels below full resolution. */
export function overviewsOf([full, ...reduced]: readonly [Level, ...Level[]]): readonly Overview[] {
  return reduced.map(({ image: { width, height } }) => ({
    width,
    height,
    decimation: decimationOf(full.image, { width, height }),
  }));
}

function kindOf(tags: TiffTags): { readonly reduced: boolean; readonly mask: boolean } {
  const bits = tags.number(TAG.newSubfileType, 0);
  const old = tags.number(TAG.subfileType, 0);
  return { reduced: (bits & 1) !== 0 || old === 2, mask: (bits & 4) !== 0 };
}

/** A reduced image of the same samples and shape (thumbnails of another shape are not overviews). */
function isOverviewOf(full: TiffImage, image: TiffImage): boolean {
  const across = full.width / image.width;
  const down = full.height / image.height;
  const slack = (n: number, of: number): number => of / (n - 1 || 1);
  return (
    image.samples === full.samples &&
    image.sampleType === full.sampleType &&
    image.width < full.width &&
    Math.abs(across - down) <= Math.max(slack(image.width, across), slack(image.height, down))
  );
}
