import type { TiffImage } from "./tiff-image.ts";

/** Uncompressed strips larger than this are read in parts. */
const PART_BYTES = 64 * 1024;

/**
 * An uncompressed image in large strips, seen as strips of at most 64 KiB, so that a window does not read the whole image
 * (libtiff: TIFF_STRIPCHOP). Other images, and those with a strip too short for its rows, come back as they are.
 */
export function chopStrips(image: TiffImage): TiffImage {
  const { blockWidth, blockHeight, height } = image;
  const rowBytes = Math.ceil((blockWidth * (image.planar ? 1 : image.samples) * image.bits) / 8);
  const strips = Math.ceil(height / blockHeight);
  const rows = partRows(blockHeight, Math.floor(PART_BYTES / rowBytes), strips === 1);
  if (image.tiled || image.compression !== 1 || rows === blockHeight) return image;
  const planes = image.planar ? image.samples : 1;
  const offsets: number[] = [];
  const byteCounts: number[] = [];
  for (let strip = 0; strip < strips * planes; strip++) {
    const stripRows = Math.min(blockHeight, height - (strip % strips) * blockHeight);
    const [offset, count] = [image.offsets[strip], image.byteCounts[strip]];
    if (offset === undefined || count === undefined) return image;
    const sparse = offset === 0 || count === 0;
    if (!sparse && count < stripRows * rowBytes) return image;
    for (let row = 0; row < stripRows; row += rows) {
      offsets.push(sparse ? 0 : offset + row * rowBytes);
      byteCounts.push(sparse ? 0 : Math.min(rows, stripRows - row) * rowBytes);
    }
  }
  return { ...image, blockHeight: rows, offsets, byteCounts };
}

/** Rows of a part: at most `limit`, and dividing the strip's rows unless there is one strip only. */
function partRows(stripRows: number, limit: number, single: boolean): number {
  if (limit >= stripRows) return stripRows;
  let rows = Math.max(1, limit);
  while (!single && stripRows % rows !== 0) rows--;
  return rows;
}
