/** What files begin with (Latin-1), spaces before it and case aside. */
const SIGNATURES: readonly (readonly [start: string, name: string])[] = [
  ["\x89png", "a PNG"],
  ["\xff\xd8\xff", "a JPEG"],
  ["pk\x03\x04", "a ZIP archive"],
  ["gif8", "a GIF"],
  ["%pdf", "a PDF"],
  ["\x1f\x8b", "a gzip file"],
  ["\x89hdf", "an HDF5 or NetCDF file"],
  ["cdf", "a NetCDF file"],
  ["\0\0\0\x0cjp", "a JPEG 2000"],
  ["\xff\x4f\xff\x51", "a JPEG 2000"],
  ["riff", "a WebP or another RIFF file"],
  ["bm", "a BMP"],
  ["pmtiles", "a PMTiles archive"],
  ["par1", "a Parquet file"],
  ["nitf", "a NITF"],
  ["<vrt", "a GDAL VRT"],
  ["<!doctype", "an HTML page"],
  ["<html", "an HTML page"],
  ["<", "XML"],
  ["{", "JSON"],
];

/** What a file that is not a TIFF seems to be, for an error message: "it looks like a PNG". */
export function describeFirstBytes(bytes: Uint8Array): string {
  if (bytes.length === 0) return "it is empty";
  const text = Buffer.from(bytes).toString("latin1").trimStart();
  const name = SIGNATURES.find(
    ([start]) => text.startsWith(start) || text.toLowerCase().startsWith(start),
  )?.[1];
  if (name !== undefined) return `it looks like ${name}`;
  const hex = Array.from(bytes.subarray(0, 8), (byte) => byte.toString(16).padStart(2, "0"));
  return `it begins with the bytes ${hex.join(" ")}`;
}
