/** "2GB", "1500 MB", "1.5GiB": a number and its unit. */
export const MEMORY_SIZE = /^(\d+(?:\.\d+)?)\s*([kMGT]?)(i?)B?$/i;

const POWERS: Readonly<Record<string, number>> = { "": 0, K: 1, M: 2, G: 3, T: 4 };

/** Bytes of a size; GB is 1000³ and GiB 1024³ bytes. Throws RangeError for what is no size. */
export function memoryBytes(size: string | number): number {
  if (typeof size === "number") return size;
  const [, amount, unit = "", binary] = MEMORY_SIZE.exec(size) ?? [];
  if (amount === undefined) throw new RangeError(`${size} is no size`);
  return Math.round(Number(amount) * (binary === "" ? 1000 : 1024) ** POWERS[unit.toUpperCase()]!);
}
