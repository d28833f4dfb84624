import { blocksTogether, decodeImageBlock, decodeImageBlocks } from "./image-codec.ts";
import type { TiffImage } from "./tiff-image.ts";

/** Decodes a JPEG or WebP block whose bytes are being read: see decodeImageBlock. */
export type ImageDecoder = (
  image: TiffImage,
  bytes: Promise<Uint8Array>,
  rows: number,
) => Promise<Uint8Array>;

interface Block {
  readonly image: TiffImage;
  readonly bytes: Uint8Array;
  readonly rows: number;
  readonly resolve: (samples: Uint8Array | Promise<Uint8Array>) => void;
}

/**
 * A decoder that takes the JPEG blocks that wait together: in libvips most of the time of a single block goes into setting up and into
 * handing rows from thread to thread. It waits for blocks that are being read. Where a group fails, its blocks are decoded one by one,
 * so that only the damaged ones throw.
 */
export function imageDecoder(): ImageDecoder {
  const waiting: Block[] = [];
  let coming = 0;
  let busy = false;

  function start(): void {
    if (busy || waiting.length === 0) return;
    if (coming > 0 && waiting.length < blocksTogether(waiting[0]!.image)) return;
    busy = true;
    void decode(takeGroup(waiting)).then(() => {
      busy = false;
      start();
    });
  }

  return async (image, reading, rows) => {
    coming++;
    const bytes = await reading.finally(() => {
      coming--;
      setImmediate(start);
    });
    return new Promise((resolve) => {
      waiting.push({ image, bytes, rows, resolve });
    });
  };
}

/** The blocks waiting longest that can be decoded together. */
function takeGroup(waiting: Block[]): readonly Block[] {
  const [{ image, rows }] = waiting as [Block];
  const limit = rows === image.blockHeight ? blocksTogether(image) : 1;
  let count = 1;
  while (count < limit && waiting[count]?.image === image && waiting[count]!.rows === rows) count++;
  return waiting.splice(0, count);
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

function decodeTogether(group: readonly Block[]): Promise<readonly Uint8Array[] | null> {
  const blocks = group.map(({ bytes }) => bytes);
  return decodeImageBlocks(group[0]!.image, blocks).catch(() => null);
}
