/**
 * Copies bytes to place `at` of others, as set() does. Into and out of shared memory that goes byte by byte where the two are not equally
 * aligned; Buffer's fill() is a memcpy.
 */
export function copyBytes(target: Uint8Array, at: number, source: Uint8Array): void {
  if (source.length === 0) return;
  Buffer.prototype.fill.call(target, source, at, at + source.length);
}
