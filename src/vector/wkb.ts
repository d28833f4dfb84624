const LITTLE_ENDIAN = 1;
const POLYGON = 3;

/** Bytes of a polygon as WKB. Rings are closed: x0, y0, …, first point repeated. */
export function wkbLength(rings: readonly Float64Array[]): number {
  let length = 9;
  for (const ring of rings) length += 4 + ring.byteLength;
  return length;
}

/** Writes a polygon as OGC well-known binary (little-endian, as every machine that Node runs on stores doubles) at an offset of `bytes`. */
export function writePolygonWkb(rings: readonly Float64Array[], bytes: Uint8Array, offset: number): void {
  bytes[offset] = LITTLE_ENDIAN;
  writeUint32(bytes, offset + 1, POLYGON);
  writeUint32(bytes, offset + 5, rings.length);
  let at = offset + 9;
  for (const ring of rings) {
    writeUint32(bytes, at, ring.length / 2);
    bytes.set(new Uint8Array(ring.buffer, ring.byteOffset, ring.byteLength), at + 4);
    at += 4 + ring.byteLength;
  }
}

function writeUint32(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value;
  bytes[at + 1] = value >>> 8;
  bytes[at + 2] = value >>> 16;
  bytes[at + 3] = value >>> 24;
}
