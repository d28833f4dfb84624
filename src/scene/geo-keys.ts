import { type Crs, crsFromEpsg, type GeoKey, metresPerUnitOf, usableProj } from "../geo/crs.ts";
import { damagedHeader } from "./scene-errors.ts";
import { TAG, type TiffTags } from "./tiff-tags.ts";

/** GeoTIFF keys that are read here (OGC 19-008r4). */
const KEY = {
  modelType: 1024,
  rasterType: 1025,
  citation: 1026,
  geographicType: 2048,
  geogCitation: 2049,
  projectedType: 3072,
  projectedCitation: 3073,
} as const;
const PROJECTED = 1;
const GEOGRAPHIC = 2;
const PIXEL_IS_POINT = 2;
const USER_DEFINED = 32767;

/** All keys of a GeoKeyDirectory, in file order; empty without one. */
export function readGeoKeys(path: string, tags: TiffTags): readonly GeoKey[] {
  const directory = tags.numbers(TAG.geoKeyDirectory);
  const count = directory[3] ?? 0;
  if (directory.length > 0 && directory.length < 4 + count * 4)
    throw damagedHeader(path, `its GeoKeyDirectory claims ${count} keys but is too short`);
  const entries = Array.from({ length: count }, (_, i) => 4 + i * 4);
  return entries.flatMap((at) => {
    const key = geoKey(tags, directory[at]!, directory[at + 1]!, directory[at + 2]!, directory[at + 3]!);
    return key === null ? [] : [key];
  });
}

function geoKey(tags: TiffTags, id: number, location: number, count: number, value: number): GeoKey | null {
  if (location === 0) return { id, type: "short", value };
  if (location === TAG.geoDoubleParams)
    return {
      id,
      type: "double",
      value: Array.from(tags.numbers(TAG.geoDoubleParams)).slice(value, value + count),
    };
  if (location === TAG.geoAsciiParams)
    return {
      id,
      type: "ascii",
      value: (tags.text(TAG.geoAsciiParams) ?? "").slice(value, value + count).replace(/[|\0]+$/, ""),
    };
  return null;
}

/** True when world positions of the file's tie points are pixel centres (GTRasterType PixelIsPoint). */
export function isPixelPoint(keys: readonly GeoKey[]): boolean {
  return shortOf(keys, KEY.rasterType) === PIXEL_IS_POINT;
}

/** The CRS of GeoTIFF keys: by EPSG code where they name one that is known, else from the definition in the keys; null without. */
export async function crsFromGeoKeys(keys: readonly GeoKey[]): Promise<Crs | null> {
  const modelType = shortOf(keys, KEY.modelType);
  const projected = shortOf(keys, KEY.projectedType);
  const geographic = shortOf(keys, KEY.geographicType);
  const kind = kindOf(modelType, projected, geographic);
  if (kind === null) return null;
  const geoKeys = keys.filter(({ id }) => id !== KEY.rasterType);
  const code = kind === "projected" ? projected : geographic;
  const known = code !== null && code !== USER_DEFINED ? crsFromEpsg(code) : null;
  return known === null ? userDefinedCrs(geoKeys, kind) : { ...known, geoKeys };
}

function kindOf(
  modelType: number | null,
  projected: number | null,
  geographic: number | null,
): Crs["kind"] | null {
  if (modelType === PROJECTED || (modelType === null && projected !== null)) return "projected";
  return modelType === GEOGRAPHIC || (modelType === null && geographic !== null) ? "geographic" : null;
}

async function userDefinedCrs(geoKeys: readonly GeoKey[], kind: Crs["kind"]): Promise<Crs> {
  const definition = await projOf(geoKeys);
  const citations = [
    kind === "projected" ? KEY.projectedCitation : KEY.geogCitation,
    KEY.citation,
    KEY.geogCitation,
  ];
  const name = citations.map((id) => textOf(geoKeys, id)).find((text) => text !== null && text !== "");
  return {
    epsg: null,
    name: name ?? "user-defined CRS",
    kind,
    metresPerUnit: kind === "projected" ? metresPerUnitOf(definition) : null,
    proj4: usableProj(definition),
    wkt: null,
    geoKeys,
  };
}

/** PROJ string whose units are the raster's; raster coordinates are always east first, so an axis order is dropped. */
async function projOf(geoKeys: readonly GeoKey[]): Promise<string | null> {
  const [{ default: converter }, { globals }] = await Promise.all([
    import("geotiff-geokeys-to-proj4"),
    import("geotiff"),
  ]);
  const names: Readonly<Record<number, string>> = globals.geoKeyNames;
  const named = geoKeys.map(({ id, value }) => [
    names[id] ?? String(id),
    Array.isArray(value) && value.length === 1 ? value[0] : value,
  ]);
  const result = converter.toProj4(Object.fromEntries(named));
  if (typeof result.proj4 !== "string" || !result.proj4.includes("+proj=")) return null;
  const unit = result.coordinatesConversionParameters.x;
  const plain = result.proj4.replace(/\+axis=\w+\s*/, "").trim();
  return result.isGCS || unit === 1 ? plain : `${plain} +to_meter=${unit}`;
}

function shortOf(keys: readonly GeoKey[], id: number): number | null {
  const key = keys.find((candidate) => candidate.id === id);
  return key?.type === "short" ? key.value : null;
}

function textOf(keys: readonly GeoKey[], id: number): string | null {
  const key = keys.find((candidate) => candidate.id === id);
  return key?.type === "ascii" ? key.value : null;
}
