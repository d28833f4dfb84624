import type { Database } from "node-sqlite3-wasm";
import type { Crs } from "../geo/crs.ts";
import type { Bounds } from "../geo/grid.ts";

const APPLICATION_ID = 0x47504b47;
const VERSION_1_3 = 10300;
/** A CRS that the file defines itself. */
const OWN_SRS = 100_000;
const UNDEFINED_CARTESIAN = -1;
const WGS84 = `GEOGCS["WGS 84",DATUM["WGS_1984",SPHEROID["WGS 84",6378137,298.257223563]],PRIMEM["Greenwich",0],UNIT["degree",0.0174532925199433],AUTHORITY["EPSG","4326"]]`;
/** The same polygons give the same bytes on any day. */
const LAST_CHANGE = "1970-01-01T00:00:00.000Z";

/** The id in gpkg_spatial_ref_sys of the coordinates: WGS 84, the scene's CRS, or none. */
export function srsIdOf(crs: Crs | null, lonLat: boolean): number {
  if (lonLat) return 4326;
  return crs === null ? UNDEFINED_CARTESIAN : (crs.epsg ?? OWN_SRS);
}

/** Makes the tables of GeoPackage 1.3, and the table landcover. */
export function createTables(database: Database, crs: Crs | null, srsId: number): void {
  database.exec(`
    PRAGMA application_id = ${APPLICATION_ID};
    PRAGMA user_version = ${VERSION_1_3};
    CREATE TABLE gpkg_spatial_ref_sys (srs_name TEXT NOT NULL, srs_id INTEGER PRIMARY KEY, organization TEXT NOT NULL,
      organization_coordsys_id INTEGER NOT NULL, definition TEXT NOT NULL, description TEXT);
    CREATE TABLE gpkg_contents (table_name TEXT NOT NULL PRIMARY KEY, data_type TEXT NOT NULL, identifier TEXT UNIQUE,
      description TEXT DEFAULT '', last_change DATETIME NOT NULL, min_x DOUBLE, min_y DOUBLE, max_x DOUBLE, max_y DOUBLE,
      srs_id INTEGER REFERENCES gpkg_spatial_ref_sys(srs_id));
    CREATE TABLE gpkg_geometry_columns (table_name TEXT NOT NULL UNIQUE, column_name TEXT NOT NULL,
      geometry_type_name TEXT NOT NULL, srs_id INTEGER NOT NULL, z TINYINT NOT NULL, m TINYINT NOT NULL,
      PRIMARY KEY (table_name, column_name));
    CREATE TABLE landcover (fid INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, geom POLYGON, id INTEGER, class_id INTEGER,
      class TEXT, area_m2 REAL, perimeter_m REAL, mean_confidence REAL);
  `);
  const systems = new Map<number, readonly [name: string, organization: string, code: number, wkt: string]>([
    [UNDEFINED_CARTESIAN, ["Undefined Cartesian SRS", "NONE", -1, "undefined"]],
    [0, ["Undefined geographic SRS", "NONE", 0, "undefined"]],
    ...(crs === null || srsId === 4326
      ? []
      : [[srsId, [crs.name, crs.epsg === null ? "NONE" : "EPSG", srsId, crs.wkt ?? "undefined"]] as const]),
    [4326, ["WGS 84", "EPSG", 4326, WGS84]],
  ]);
  for (const [id, [name, organization, code, wkt]] of systems) {
    database.run("INSERT INTO gpkg_spatial_ref_sys VALUES (?, ?, ?, ?, ?, NULL)", [
      ...[name, id, organization, code, wkt],
    ]);
  }
  database.run("INSERT INTO gpkg_geometry_columns VALUES ('landcover', 'geom', 'POLYGON', ?, 0, 0)", [srsId]);
}

/** Says in gpkg_contents what the table holds. */
export function describeContents(database: Database, srsId: number, bounds: Bounds | null): void {
  database.run(
    "INSERT INTO gpkg_contents VALUES ('landcover', 'features', 'landcover', '', ?, ?, ?, ?, ?, ?)",
    [LAST_CHANGE, ...(bounds ?? [null, null, null, null]), srsId],
  );
}

/** A geometry as GeoPackage stores it: its header with the bounds, little-endian, then WKB. */
export function geoPackageGeometry(
  wkb: Uint8Array,
  [west, south, east, north]: Bounds,
  srsId: number,
): Uint8Array {
  const header = new DataView(new ArrayBuffer(40));
  header.setUint16(0, 0x4750);
  header.setUint8(3, 0b11);
  header.setInt32(4, srsId, true);
  for (const [k, value] of [west, east, south, north].entries()) header.setFloat64(8 + 8 * k, value, true);
  const bytes = new Uint8Array(40 + wkb.length);
  bytes.set(new Uint8Array(header.buffer));
  bytes.set(wkb, 40);
  return bytes;
}
