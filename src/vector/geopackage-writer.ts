import { rm, stat } from "node:fs/promises";
import type { Database } from "node-sqlite3-wasm";
import type { Bounds } from "../geo/grid.ts";
import type { FeatureMaker, VectorOptions, VectorResult } from "./feature.ts";
import type { FeatureGroup } from "./feature-group.ts";
import { featureGroups, unionBounds } from "./feature-groups.ts";
import { createTables, describeContents, geoPackageGeometry, srsIdOf } from "./geopackage-schema.ts";
import type { LandCoverPolygon } from "./polygons.ts";
import { writeVectorFile } from "./vector-file.ts";

/**
 * Writes polygons as GeoPackage 1.3 at `path`: table landcover, streamed into SQLite (compiled to WebAssembly), rows in Hilbert order
 * by groups, through NAME.part. Without an R-tree: that build of SQLite has none, and the standard does not ask for it.
 * Nothing stays when it fails. Throws UserError when the place cannot be written.
 */
export async function writeGeoPackage(
  path: string,
  polygons: AsyncIterable<LandCoverPolygon>,
  options: VectorOptions,
): Promise<VectorResult> {
  return writeVectorFile(path, options, async (file, features) => {
    try {
      await writeDatabase(file.path, polygons, features, options);
    } catch (error) {
      throw diskError(error);
    }
    return (await stat(file.path)).size;
  });
}

async function writeDatabase(
  path: string,
  polygons: AsyncIterable<LandCoverPolygon>,
  features: FeatureMaker,
  { grid }: VectorOptions,
): Promise<void> {
  await removeLock(path);
  const { default: sqlite } = await import("node-sqlite3-wasm");
  const database = new sqlite.Database(path);
  try {
    database.exec("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; BEGIN");
    const srsId = srsIdOf(grid.crs, features.lonLat);
    createTables(database, grid.crs, srsId);
    let bounds: Bounds | null = null;
    for await (const group of featureGroups(polygons, features)) {
      insertRows(database, group, srsId);
      bounds = bounds === null ? group.bounds : unionBounds(bounds, group.bounds);
    }
    describeContents(database, srsId, bounds);
    database.exec("COMMIT");
  } finally {
    database.close();
    await removeLock(path);
  }
}

/** The folder by which this SQLite locks a file: a killed run leaves it. */
async function removeLock(path: string): Promise<void> {
  await rm(`${path}.lock`, { recursive: true, force: true });
}

function insertRows(database: Database, group: FeatureGroup, srsId: number): void {
  const insert = database.prepare("INSERT INTO landcover VALUES (NULL, ?, ?, ?, ?, ?, ?, ?)");
  try {
    for (const { feature, wkb } of group.rows()) {
      insert.run([
        geoPackageGeometry(wkb, feature.bounds, srsId),
        BigInt(feature.id),
        feature.classId,
        feature.className,
        feature.areaM2,
        feature.perimeterM,
        feature.meanConfidence,
      ]);
    }
  } finally {
    insert.finalize();
  }
}

/** What SQLite says of a full disk, as the system says it. */
function diskError(error: unknown): unknown {
  if (!(error instanceof Error) || !/disk is full|disk I\/O/.test(error.message)) return error;
  return Object.assign(new Error(error.message, { cause: error }), { code: "ENOSPC" });
}
