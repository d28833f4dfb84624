import type { ReadAt, TiffImage, TiffStructure } from "./tiff-structure.ts";

/** Blocks looked at in one image; of a larger one, every n-th. */
const SAMPLE = 4096;

/** Breaches of what GDAL's hidden area promises (readers rely on it without looking): block order, frames, masks beside their blocks. */
export async function framingErrors(
  { ghost, images }: TiffStructure,
  read: ReadAt,
): Promise<readonly string[]> {
  if (ghost === null) return [];
  const errors: string[] = [];
  if (ghost.includes("KNOWN_INCOMPATIBLE_EDITION=YES"))
    errors.push("the file was changed after it was made (KNOWN_INCOMPATIBLE_EDITION=YES)");
  for (const image of images) {
    const name = `the ${image.role} of ${image.width} x ${image.height} px`;
    if (ghost.includes("BLOCK_ORDER=ROW_MAJOR")) errors.push(...orderErrors(image, name));
    if (ghost.includes("BLOCK_LEADER=SIZE_AS_UINT4")) errors.push(...(await leaderErrors(image, name, read)));
    if (ghost.includes("BLOCK_TRAILER=LAST_4_BYTES_REPEATED"))
      errors.push(...(await trailerErrors(image, name, read)));
  }
  if (ghost.includes("MASK_INTERLEAVED_WITH_IMAGERY=YES")) errors.push(...maskErrors(images));
  return errors;
}

interface Placed {
  readonly index: number;
  readonly offset: number;
  readonly size: number;
}

/** The blocks that are not left out. */
function placedBlocks({ offsets, sizes }: TiffImage): readonly Placed[] {
  return offsets
    .map((offset, index) => ({ index, offset, size: sizes[index] ?? 0 }))
    .filter(({ offset, size }) => offset > 0 && size > 0);
}

function sampled(blocks: readonly Placed[]): readonly Placed[] {
  const step = Math.max(1, Math.ceil(blocks.length / SAMPLE));
  return blocks.filter((_, position) => position % step === 0);
}

function orderErrors(image: TiffImage, name: string): readonly string[] {
  const blocks = placedBlocks(image);
  const stray = blocks.find(({ offset }, position) => offset < (blocks[position - 1]?.offset ?? 0));
  return stray === undefined ? [] : [`${name}: block ${stray.index} lies before the previous one`];
}

async function leaderErrors(image: TiffImage, name: string, read: ReadAt): Promise<readonly string[]> {
  for (const { index, offset, size } of sampled(placedBlocks(image))) {
    const leader = Buffer.from(await read(offset - 4, 4));
    const found = leader.length === 4 ? leader.readUInt32LE() : null;
    if (found !== size) return [`${name}: block ${index} has ${size} bytes, its leader says ${found}`];
  }
  return [];
}

async function trailerErrors(image: TiffImage, name: string, read: ReadAt): Promise<readonly string[]> {
  for (const { index, offset, size } of sampled(placedBlocks(image))) {
    if (size < 4) continue;
    const end = Buffer.from(await read(offset + size - 4, 8));
    if (!end.subarray(0, 4).equals(end.subarray(4)))
      return [`${name}: the bytes after block ${index} do not repeat its last four`];
  }
  return [];
}

/** A mask block follows its image block: 4 bytes of trailer and 4 of leader lie between them. */
function maskErrors(images: readonly TiffImage[]): readonly string[] {
  return images.flatMap((mask) => {
    if (mask.role !== "mask" && mask.role !== "overview-mask") return [];
    const name = `the ${mask.role} of ${mask.width} x ${mask.height} px`;
    const role = mask.role === "mask" ? "image" : "overview";
    const image = images.find(
      (other) => other.role === role && other.width === mask.width && other.height === mask.height,
    );
    if (image === undefined) return [`${name} belongs to no image`];
    const apart = mask.offsets.findIndex((offset, index) => {
      const [imageOffset, imageSize] = [image.offsets[index] ?? 0, image.sizes[index] ?? 0];
      return offset > 0 && imageOffset > 0 && offset !== imageOffset + imageSize + 8;
    });
    return apart < 0 ? [] : [`${name}: block ${apart} does not follow the block that it belongs to`];
  });
}
