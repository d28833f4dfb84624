import type { ByteSource } from "./byte-source.ts";
import { blockCounts, type TiffImage } from "./tiff-image.ts";

/** Bytes of strips that are read together. */
const RUN_BYTES = 256 * 1024;

/** Bytes of a file that hold several strips. */
interface Run {
  readonly offset: number;
  readonly length: number;
  readonly bytes: Promise<Uint8Array>;
}

/**
 * Reads the stored bytes of blocks by image and index; the caller owns them. Strips that lie one behind the other come in one read, up
 * to 256 KiB: a window takes all of its rows, and strips of a few kB each would cost more to ask for than to decode.
 */
export function blockReader(source: ByteSource): (image: TiffImage, index: number) => Promise<Uint8Array> {
  const runs = new Map<string, Run>();
  return async (image, index) => {
    const [offset, length] = [image.offsets[index]!, image.byteCounts[index]!];
    const { across, down } = blockCounts(image);
    const plane = `${image.index}/${Math.floor(index / (across * down))}`;
    const known = runs.get(plane);
    const run = known !== undefined && holds(known, offset, length) ? known : startRun(source, image, index);
    if (run === null) return source.read(offset, length);
    runs.set(plane, run);
    const bytes = await run.bytes.catch(() => null);
    // what spoils one strip of a run must not spoil the others
    if (bytes === null) return source.read(offset, length);
    return bytes.slice(offset - run.offset, offset - run.offset + length);
  };
}

function holds(run: Run, offset: number, length: number): boolean {
  return offset >= run.offset && offset + length <= run.offset + run.length;
}

/** The run that begins with a strip; null where that is alone. */
function startRun(source: ByteSource, image: TiffImage, index: number): Run | null {
  const offset = image.offsets[index]!;
  const limit = Math.min(source.byteLength, offset + RUN_BYTES);
  let end = offset + image.byteCounts[index]!;
  if (image.tiled || end > limit) return null;
  const alone = end;
  for (let next = index + 1; image.offsets[next] === end && end + image.byteCounts[next]! <= limit; next++)
    end += image.byteCounts[next]!;
  return end === alone ? null : { offset, length: end - offset, bytes: source.read(offset, end - offset) };
}
