/** What a file may suffer: changed, missing or repeated bytes. Same seed, same damage. */

type Random = () => number;

/** Values that counts, sizes and offsets must not be trusted with. */
const EXTREME = [0, 1, 0x7f, 0xff, 0x7fff, 0xffff, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff] as const;

const DAMAGES = [flipBits, setBytes, setNumber, cutOff, repeat, remove, swapNumbers] as const;

/** The bytes with one to four damages, never just the same. */
export function mutate(bytes: Uint8Array, random: Random): Uint8Array {
  let damaged: Buffer = Buffer.from(bytes);
  do {
    for (let count = 1 + below(4, random); count > 0 && damaged.length > 8; count--)
      damaged = DAMAGES[below(DAMAGES.length, random)]!(damaged, random);
  } while (damaged.equals(bytes));
  return damaged;
}

function below(end: number, random: Random): number {
  return Math.floor(random() * end);
}

/** A position: half of the time among the first bytes, where headers are. */
function place(bytes: Uint8Array, random: Random): number {
  return below(random() < 0.5 ? Math.min(512, bytes.length) : bytes.length, random);
}

function flipBits(bytes: Buffer, random: Random): Buffer {
  for (let count = 1 + below(8, random); count > 0; count--)
    bytes[place(bytes, random)]! ^= 1 << below(8, random);
  return bytes;
}

function setBytes(bytes: Buffer, random: Random): Buffer {
  const at = place(bytes, random);
  for (let i = at; i < Math.min(bytes.length, at + 1 + below(16, random)); i++) bytes[i] = below(256, random);
  return bytes;
}

function setNumber(bytes: Buffer, random: Random): Buffer {
  const at = Math.min(bytes.length - 4, place(bytes, random) & ~1);
  const value = EXTREME[below(EXTREME.length, random)]!;
  if (random() < 0.5) bytes.writeUInt32LE(value, at);
  else bytes.writeUInt32BE(value, at);
  return bytes;
}

function cutOff(bytes: Buffer, random: Random): Buffer {
  return bytes.subarray(0, below(bytes.length, random));
}

function repeat(bytes: Buffer, random: Random): Buffer {
  const from = place(bytes, random);
  const to = Math.min(bytes.length, from + 1 + below(64, random));
  return Buffer.concat([bytes.subarray(0, to), bytes.subarray(from)]);
}

function remove(bytes: Buffer, random: Random): Buffer {
  const from = place(bytes, random);
  return Buffer.concat([bytes.subarray(0, from), bytes.subarray(from + 1 + below(64, random))]);
}

/** Two aligned numbers change places, as offsets and counts of a directory might. */
function swapNumbers(bytes: Buffer, random: Random): Buffer {
  const [a, b] = [place(bytes, random) & ~3, place(bytes, random) & ~3];
  if (Math.max(a, b) + 4 > bytes.length) return bytes;
  const [first, second] = [bytes.readUInt32LE(a), bytes.readUInt32LE(b)];
  bytes.writeUInt32LE(second, a);
  bytes.writeUInt32LE(first, b);
  return bytes;
}
