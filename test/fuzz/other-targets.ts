import { readFileSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { gunzipSync } from "node:zlib";
import { inspectArchive } from "../../src/cli/inspect-archive.ts";
import { UserError } from "../../src/errors.ts";
import { loadModel } from "../../src/inference/model.ts";
import { openBelow } from "../../src/serve/served-file.ts";
import { openArchive } from "../../src/serve/tile-archive.ts";
import { createPmtiles } from "../../src/tiles/pmtiles-writer.ts";
import { modelVariant } from "../support/model-variant.ts";
import { seededRandom } from "../support/random.ts";

/** A model in a folder of its own: its card and its graph. */
export interface ModelSeed {
  readonly folder: string;
  readonly card: Uint8Array;
  readonly graph: Uint8Array;
}

export function modelSeed(folder: string): ModelSeed {
  modelVariant(folder, {});
  return {
    folder,
    card: readFileSync(join(folder, "model.json")),
    graph: readFileSync(join(folder, "model.onnx")),
  };
}

/** Loads a model with a damaged card, which may be refused, or with a damaged graph, which must be. Throws Error otherwise. */
export async function loadDamagedModel(
  { folder, card, graph }: ModelSeed,
  damaged: { readonly card?: Uint8Array; readonly graph?: Uint8Array },
): Promise<string> {
  writeFileSync(join(folder, "model.json"), damaged.card ?? card);
  writeFileSync(join(folder, "model.onnx"), damaged.graph ?? graph);
  try {
    await loadModel(folder);
  } catch (error) {
    if (error instanceof UserError) return error.code;
    throw error;
  }
  if (damaged.graph !== undefined) throw new Error("a damaged graph was loaded");
  return "read";
}

/** An archive with gzipped vector tiles, several contents and runs. */
export interface ArchiveSeed {
  readonly bytes: Uint8Array;
  readonly tiles: ReadonlyMap<string, Uint8Array>;
}

const ZOOM = 5;

export async function archiveSeed(path: string): Promise<ArchiveSeed> {
  const random = seededRandom(3);
  const world = { bounds: [-180, -85, 180, 85] as const, center: [0, 0] as never, centerZoom: 0 };
  const zooms = { minZoom: ZOOM, maxZoom: ZOOM };
  const writer = await createPmtiles(path, {
    tileType: "mvt",
    ...world,
    ...zooms,
    metadata: { name: "seed" },
  });
  const tiles = new Map<string, Uint8Array>();
  for (let i = 0; i < 400; i++) {
    const [x, y] = [i % 20, Math.floor(i / 20)];
    const bytes = Uint8Array.from({ length: 40 }, () => (x < 8 ? 7 : Math.floor(random() * 256)));
    tiles.set(`${x}/${y}`, bytes);
    await writer.add({ z: ZOOM, x, y }, bytes);
  }
  await writer.finish();
  return { bytes: readFileSync(path), tiles };
}

/**
 * Opens a damaged archive as `inspect` and as `serve` do. Where only contents have changed, none moved, every tile must fail its checksum (gzip's)
 * or be as it was; of a changed directory only that it ends can be checked. Throws Error for what must not be.
 */
export async function readDamagedArchive(
  seed: ArchiveSeed,
  damaged: Uint8Array,
  path: string,
): Promise<string> {
  writeFileSync(path, damaged);
  const inspected = await inspectArchive(path).then(
    () => "read",
    (error: unknown) => {
      if (error instanceof UserError) return error.code;
      throw error;
    },
  );
  const dataStart = Number(Buffer.from(seed.bytes).readBigUInt64LE(56));
  const intact =
    damaged.length === seed.bytes.length &&
    Buffer.compare(seed.bytes.subarray(0, dataStart), damaged.subarray(0, dataStart)) === 0;
  await readTiles(seed, path, intact).catch((error: unknown) => {
    if (intact) throw error; // else it is no archive any more, which the server says
  });
  return inspected;
}

async function readTiles({ tiles }: ArchiveSeed, path: string, intact: boolean): Promise<void> {
  const file = await openBelow(dirname(path), [basename(path)]);
  if (file === null) throw new RangeError("no such file");
  const archive = await openArchive(file);
  try {
    for (const [place, expected] of tiles) {
      const [x = 0, y = 0] = place.split("/").map(Number);
      const found = await archive.tile({ z: ZOOM, x, y }).then(unpacked, () => null);
      if (intact && found !== null && Buffer.compare(found, expected) !== 0)
        throw new RangeError(`another tile at ${place}`);
    }
  } finally {
    await archive.close();
  }
}

/** What a browser makes of a tile; null for nothing. */
function unpacked(bytes: Uint8Array | null): Uint8Array | null {
  try {
    return bytes === null ? null : gunzipSync(bytes, { maxOutputLength: 1 << 24 });
  } catch {
    return null;
  }
}
