import { execFileSync } from "node:child_process";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createPmtiles } from "../../../src/tiles/pmtiles-writer.ts";
import { scratchFolder } from "../../support/scratch.ts";

export const SECRET = "secret outside of the folder";
/** Bytes of the file that ranges are asked of. */
export const RASTER = Buffer.from(Array.from({ length: 5000 }, (_, i) => i % 251));
export const TILE = Buffer.from("a vector tile, as far as the server knows");

/** A folder to serve, with everything in it that could lead astray, and a secret beside it. */
export async function servedFolder(): Promise<{ readonly folder: string; readonly outside: string }> {
  const outside = scratchFolder();
  const folder = join(outside, "map");
  mkdirSync(join(folder, "sub"), { recursive: true });
  writeFileSync(join(outside, "secret"), SECRET);
  writeFileSync(join(folder, ".hidden"), SECRET);
  mkdirSync(join(outside, "map-2"));
  writeFileSync(join(outside, "map-2", "secret"), SECRET);
  writeFileSync(join(folder, "landcover.tif"), RASTER);
  writeFileSync(join(folder, "empty.txt"), "");
  writeFileSync(join(folder, "sub", "東 京.txt"), "inside");
  symlinkSync(join(outside, "secret"), join(folder, "link.txt"));
  symlinkSync(outside, join(folder, "up"));
  symlinkSync("landcover.tif", join(folder, "same.tif"));
  execFileSync("mkfifo", [join(folder, "fifo")]);
  writeFileSync(join(folder, "broken.pmtiles"), "PMTiles\u0003 and then nothing of the kind");
  await writeArchive(join(folder, "landcover.pmtiles"), TILE);
  return { folder, outside };
}

/** An archive with the tiles 3/4/2 and 3/4/3 of zooms 3–4. */
export async function writeArchive(path: string, bytes: Uint8Array, metadata: object = {}): Promise<void> {
  const archive = await createPmtiles(path, {
    tileType: "mvt",
    minZoom: 3,
    maxZoom: 4,
    bounds: [0, 10, 40, 60],
    center: [20, 35] as never,
    centerZoom: 3,
    metadata: { name: "Town", attribution: "us", vector_layers: [{ id: "landcover" }], ...metadata },
  });
  await archive.add({ z: 3, x: 4, y: 2 }, bytes);
  await archive.add({ z: 3, x: 4, y: 3 }, bytes);
  await archive.finish();
}
