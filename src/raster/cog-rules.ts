import type { TiffImage, TiffStructure } from "./tiff-structure.ts";

/** Larger images than this (px, either side) must be tiled and should have overviews. */
const LARGE = 512;

/** Faults that the header alone tells. */
export function layoutFaults(structure: TiffStructure): {
  readonly errors: string[];
  readonly warnings: string[];
} {
  const levels = levelsOf(structure);
  const [main] = levels;
  const large = main !== undefined && Math.max(main.width, main.height) > LARGE;
  return {
    errors: [
      ...tilingErrors(levels),
      ...ifdErrors(structure, levels),
      ...overviewErrors(levels),
      ...dataErrors(structure, levels),
    ],
    warnings:
      large && levels.length === 1
        ? [`${main.width} x ${main.height} px and no overviews: zooming out reads all of it`]
        : [],
  };
}

/** Full resolution and its overviews, in the order of their IFDs. */
function levelsOf({ images }: TiffStructure): readonly TiffImage[] {
  return images.filter((image, index) => index === 0 || image.role === "overview");
}

function nameOf(level: number): string {
  return level === 0 ? "the full resolution" : `overview ${level}`;
}

function tilingErrors(levels: readonly TiffImage[]): readonly string[] {
  return levels.flatMap(({ width, height, tiled }, level) =>
    !tiled && Math.max(width, height) > LARGE
      ? [`${nameOf(level)} (${width} x ${height} px) is in strips, not in tiles`]
      : [],
  );
}

function ifdErrors({ ifdsStart }: TiffStructure, levels: readonly TiffImage[]): readonly string[] {
  const first = levels[0]!.ifdOffset;
  const errors = first === ifdsStart ? [] : [`the first IFD is at byte ${first} instead of ${ifdsStart}`];
  for (let level = 1; level < levels.length; level++)
    if (levels[level]!.ifdOffset < levels[level - 1]!.ifdOffset)
      errors.push(`the IFD of ${nameOf(level)} lies before that of ${nameOf(level - 1)}`);
  return errors;
}

function overviewErrors(levels: readonly TiffImage[]): readonly string[] {
  return levels.flatMap(({ width, height }, level) => {
    const larger = levels[level - 1];
    return larger !== undefined && (width > larger.width || height > larger.height)
      ? [`${nameOf(level)} (${width} x ${height} px) is larger than ${nameOf(level - 1)}`]
      : [];
  });
}

function dataErrors({ images, byteLength }: TiffStructure, levels: readonly TiffImage[]): readonly string[] {
  const lastIfd = Math.max(...images.map(({ ifdOffset }) => ifdOffset));
  const starts = levels.map(({ offsets }) => offsets.find((offset) => offset > 0) ?? null);
  return levels.flatMap((image, level) => {
    const start = starts[level] ?? null;
    const smaller = starts[level + 1] ?? null;
    const errors: string[] = [];
    if (start !== null && start < lastIfd)
      errors.push(`the data of ${nameOf(level)} lies before the last IFD`);
    if (start !== null && smaller !== null && start < smaller)
      errors.push(`the data of ${nameOf(level)} lies before that of ${nameOf(level + 1)}`);
    return [...errors, ...blockErrors(image, level, byteLength)];
  });
}

function blockErrors(image: TiffImage, level: number, byteLength: number): readonly string[] {
  const { width, height, blockWidth, blockHeight, offsets, sizes } = image;
  const blocks = Math.ceil(width / blockWidth) * Math.ceil(height / blockHeight);
  const errors = [];
  if (!(blocks > 0) || offsets.length < blocks || sizes.length !== offsets.length)
    errors.push(
      `${nameOf(level)} lists ${offsets.length} blocks and ${sizes.length} lengths; it has ${blocks}`,
    );
  const beyond = offsets.findIndex((offset, index) => offset + (sizes[index] ?? 0) > byteLength);
  if (beyond >= 0) errors.push(`block ${beyond} of ${nameOf(level)} lies past the end of the file`);
  return errors;
}
