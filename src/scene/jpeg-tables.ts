/** A JPEG marker's two bytes: start of image. */
const SOI = [0xff, 0xd8] as const;

/**
 * The abbreviated JPEG of a block and the tables that all blocks share, as the parts of one JPEG: tables without their end marker, then
 * the block without its start marker (TIFF Technote 2).
 */
export function joinedTables(tables: Uint8Array, block: Uint8Array): [Uint8Array, Uint8Array] {
  return [tables.subarray(0, tables.length - 2), block.subarray(2)];
}

/**
 * The JPEG with an Adobe marker that says whether its three components are YCbCr or plain RGB: TIFF says so in
 * PhotometricInterpretation, and a decoder that only sees the JPEG guesses YCbCr.
 */
export function withColorTransform(jpeg: Uint8Array, yCbCr: boolean): Uint8Array {
  const adobe = [0xff, 0xee, 0, 14, 0x41, 0x64, 0x6f, 0x62, 0x65, 0, 100, 0, 0, 0, 0, yCbCr ? 1 : 0];
  return Buffer.concat([Uint8Array.from([...SOI, ...adobe]), jpeg.subarray(2)]);
}

/**
 * Throws where a JPEG does not end with its end marker: decoders fill up what is missing, and zeros in place of its last part they take
 * for pixels. Padding with zeros behind the marker is allowed.
 */
export function checkJpegEnd(jpeg: Uint8Array): void {
  let end = jpeg.length;
  while (end > 0 && jpeg[end - 1] === 0) end--;
  if (jpeg[end - 2] !== 0xff || jpeg[end - 1] !== 0xd9) throw new RangeError("its JPEG data end early");
}
