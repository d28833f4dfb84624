import { availableParallelism } from "node:os";
import { blocksTogether, decodeImageBlock, decodeImageBlocks } from "./image-codec.ts";
import type { BlockSamples } from "./raster-block.ts";
import type { TiffImage } from "./tiff-image.ts";

/** Which rows of an image a block holds. */
export interface BlockRows {
  /** How many. */
  readonly rows: number;
  /** The row of blocks, counted on through the planes. */
  readonly blockRow: number;
}

/** Decodes a JPEG or WebP block whose bytes are being read: see decodeImageBlock. */
export type ImageDecoder = (
  image: TiffImage,
  bytes: Promise<Uint8Array>,
  place: BlockRows,
) => Promise<BlockSamples>;

interface Block extends BlockRows {
  readonly image: TiffImage;
  readonly bytes: Uint8Array;
  readonly resolve: (samples: BlockSamples | Promise<BlockSamples>) => void;
}

/** Calls of libvips under way at a time: few, so that groups are large; half of the cores can be kept busy. */
const CALLS = Math.max(1, Math.min(4, availableParallelism() >> 1));

/**
 * A decoder that takes the blocks of a row that wait together: in libvips most of the time of a single block goes into setting up and into
 * handing rows from thread to thread. It waits for blocks that are being read. Where a group fails, its blocks are decoded one by one,
 * so that only the damaged ones throw.
 */
export function imageDecoder(): ImageDecoder {
  const waiting: Block[] = [];
  let coming = 0;
  let calls = 0;

  function start(): void {
    while (calls < CALLS && waiting.length > 0) {
      if (coming > 0 && waiting.length < blocksTogether(waiting[0]!.image)) return;
      calls++;
      void decode(takeGroup(waiting)).then(() => {
        calls--;
        start();
      });
    }
  }

  return async (image, reading, place) => {
    coming++;
    const bytes = await reading.finally(() => {
      coming--;
      setImmediate(start);
    });
    return new Promise((resolve) => {
      waiting.push({ image, bytes, ...place, resolve });
    });
  };
}

/** A group of fewer blocks takes in those of other rows. */
const FEW = 6;

/**
 * The block waiting longest and those that can be decoded with it. They are of one row, but for a few: their samples share their memory,
 * and a cache, which forgets row after row, then forgets all of them.
 */
function takeGroup(waiting: Block[]): readonly Block[] {
  const [first] = waiting as [Block];
  const { image, rows, blockRow } = first;
  if (rows < image.blockHeight) return waiting.splice(0, 1);
  const limit = blocksTogether(image);
  const whole = waiting.filter((block) => block.image === image && block.rows === rows);
  const row = whole.filter((block) => block.blockRow === blockRow);
  const others = whole.filter((block) => block.blockRow !== blockRow);
  const group = [...row, ...others.slice(0, Math.max(0, FEW - row.length))].slice(0, limit);
  for (const block of group) waiting.splice(waiting.indexOf(block), 1);
  return group;
}

async function decode(group: readonly Block[]): Promise<void> {
  const together = group.length === 1 ? null : await decodeTogether(group);
  const decoded = group.map(({ image, bytes, rows, resolve }, i) => {
    const samples = together?.[i] ?? decodeImageBlock(image, bytes, rows);
    resolve(samples);
    return samples;
  });
  await Promise.allSettled(decoded);
}

function decodeTogether(group: readonly Block[]): Promise<readonly BlockSamples[] | null> {
  const blocks = group.map(({ bytes }) => bytes);
  return decodeImageBlocks(group[0]!.image, blocks).catch(() => null);
}
