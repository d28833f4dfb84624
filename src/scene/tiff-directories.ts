import { damagedHeader } from "./scene-errors.ts";

interface HeaderBytes {
  readonly path: string;
  readonly byteLength: number;
  readonly littleEndian: boolean;
  readonly bigTiff: boolean;
  readonly read: (offset: number, length: number) => Promise<Uint8Array>;
}

/** Bytes of one value of each TIFF field type. */
const TYPE_BYTES: Readonly<Record<number, number>> = {
  1: 1,
  2: 1,
  3: 2,
  4: 4,
  5: 8,
  6: 1,
  7: 1,
  8: 2,
  9: 4,
  10: 8,
  11: 4,
  12: 8,
  13: 4,
  16: 8,
  17: 8,
  18: 8,
};
const MAX_DIRECTORIES = 1024;
const MAX_ENTRIES = 4096;
/** More than a million blocks would need; a tag longer than this is damage. */
const MAX_TAG_BYTES = 64 * 1024 * 1024;

/**
 * Offsets of all directories (IFDs), first to last, once every one of them is known to be readable: the chain has no loop
 * and every tag's bytes lie inside the file. Throws UserError "damaged-header" otherwise.
 */
export async function directoryOffsets(header: HeaderBytes): Promise<readonly number[]> {
  const { path, bigTiff } = header;
  const offsets: number[] = [];
  let next = await readOffset(header, bigTiff ? 8 : 4);
  while (next !== 0) {
    if (offsets.includes(next)) throw damagedHeader(path, `its directories form a loop at byte ${next}`);
    if (offsets.length === MAX_DIRECTORIES)
      throw damagedHeader(path, `it lists more than ${MAX_DIRECTORIES} directories`);
    offsets.push(next);
    next = await checkDirectory(header, next);
  }
  if (offsets.length === 0) throw damagedHeader(path, "it has no image");
  return offsets;
}

/** Checks the directory at an offset and returns where the next one is (0 = none). */
async function checkDirectory(header: HeaderBytes, offset: number): Promise<number> {
  const { path, bigTiff, littleEndian } = header;
  const [countBytes, entryBytes] = bigTiff ? [8, 20] : [2, 12];
  const countView = await viewAt(header, offset, countBytes);
  const count = bigTiff
    ? Number(countView.getBigUint64(0, littleEndian))
    : countView.getUint16(0, littleEndian);
  if (count === 0 || count > MAX_ENTRIES)
    throw damagedHeader(path, `the directory at byte ${offset} claims ${count} tags`);
  const entries = await viewAt(header, offset + countBytes, count * entryBytes);
  for (let i = 0; i < count; i++) checkEntry(header, entries, i * entryBytes);
  return readOffset(header, offset + countBytes + count * entryBytes);
}

function checkEntry(
  { path, byteLength, bigTiff, littleEndian }: HeaderBytes,
  view: DataView,
  at: number,
): void {
  const tag = view.getUint16(at, littleEndian);
  const type = view.getUint16(at + 2, littleEndian);
  const unit = TYPE_BYTES[type];
  if (unit === undefined) throw damagedHeader(path, `tag ${tag} has the unknown field type ${type}`);
  const count = bigTiff
    ? Number(view.getBigUint64(at + 4, littleEndian))
    : view.getUint32(at + 4, littleEndian);
  const bytes = count * unit;
  if (bytes <= (bigTiff ? 8 : 4)) return;
  const start = bigTiff
    ? Number(view.getBigUint64(at + 12, littleEndian))
    : view.getUint32(at + 8, littleEndian);
  if (start + bytes > byteLength || bytes > MAX_TAG_BYTES)
    throw damagedHeader(path, `tag ${tag} claims ${bytes} bytes at byte ${start} of ${byteLength}`);
}

async function readOffset(header: HeaderBytes, at: number): Promise<number> {
  const view = await viewAt(header, at, header.bigTiff ? 8 : 4);
  return header.bigTiff
    ? Number(view.getBigUint64(0, header.littleEndian))
    : view.getUint32(0, header.littleEndian);
}

async function viewAt(
  { path, byteLength, read }: HeaderBytes,
  offset: number,
  length: number,
): Promise<DataView> {
  if (offset + length > byteLength)
    throw damagedHeader(path, `a directory at byte ${offset} lies past the file's end at byte ${byteLength}`);
  const bytes = await read(offset, length);
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
