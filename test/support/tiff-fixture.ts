import { fileURLToPath } from "node:url";

/** A GeoTIFF of test/fixtures/tiff. */
export function tiffFixture(name: string): string {
  return fileURLToPath(new URL(`../fixtures/tiff/${name}`, import.meta.url));
}
