const LITTLE_ENDIAN = 1;
const POLYGON = 3;

/** A polygon as OGC well-known binary (little-endian, as every machine that Node runs on stores doubles). Rings are closed: x0, y0, …, first point repeated. */
export function polygonWkb(
  rings: readonly Float64Array[],
  allocate = (length: number): Uint8Array => new Uint8Array(length),
): Uint8Array {
  const bytes = allocate(rings.reduce((sum, ring) => sum + 4 + ring.byteLength, 9));
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  bytes[0] = LITTLE_ENDIAN;
  view.setUint32(1, POLYGON, true);
  view.setUint32(5, rings.length, true);
  let offset = 9;
  for (const ring of rings) {
    view.setUint32(offset, ring.length / 2, true);
    offset += 4;
    bytes.set(new Uint8Array(ring.buffer, ring.byteOffset, ring.byteLength), offset);
    offset += ring.byteLength;
  }
  return bytes;
}
