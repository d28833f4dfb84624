import type { PartFile } from "../raster/part-file.ts";
import type { FeatureMaker, PolygonFeature, VectorOptions, VectorResult } from "./feature.ts";
import type { LandCoverPolygon } from "./polygons.ts";
import { writeVectorFile } from "./vector-file.ts";

const CHUNK_CHARACTERS = 1 << 20;
/** Decimal places of degrees, a tenth of a millimetre; and of metres or pixels. */
const DEGREE_SCALE = 1e9;
const UNIT_SCALE = 1e4;

/**
 * Writes polygons as a GeoJSON FeatureCollection at `path`, streamed, one feature a line, through NAME.part. In longitude and
 * latitude it is what RFC 7946 asks for; in a scene's CRS it is not, and says so by a "crs" member as older readers know it.
 * Nothing stays when it fails. Throws UserError when the place cannot be written.
 */
export async function writeGeoJson(
  path: string,
  polygons: AsyncIterable<LandCoverPolygon>,
  options: VectorOptions,
): Promise<VectorResult> {
  return writeVectorFile(path, options, (file, features) => writeFeatures(file, polygons, features, options));
}

async function writeFeatures(
  file: PartFile,
  polygons: AsyncIterable<LandCoverPolygon>,
  features: FeatureMaker,
  { grid }: VectorOptions,
): Promise<number> {
  const { lonLat } = features;
  const scale = lonLat || grid.crs?.kind === "geographic" ? DEGREE_SCALE : UNIT_SCALE;
  let bytes = 0;
  let text = `{"type":"FeatureCollection",${lonLat ? "" : crsMember(grid.crs?.epsg ?? null)}"features":[`;
  const flush = async (): Promise<void> => {
    const chunk = Buffer.from(text);
    await file.append(chunk);
    bytes += chunk.length;
    text = "";
  };
  for await (const polygon of polygons) {
    text += `${features.polygons === 0 ? "\n" : ",\n"}${featureText(features.make(polygon), scale)}`;
    if (text.length >= CHUNK_CHARACTERS) await flush();
  }
  text += "\n]}\n";
  await flush();
  return bytes;
}

/** The "crs" member of GeoJSON before RFC 7946. */
function crsMember(epsg: number | null): string {
  if (epsg === null) return "";
  return `"crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:EPSG::${epsg}"}},`;
}

function featureText(feature: PolygonFeature, scale: number): string {
  const round = (value: number): number => Math.round(value * scale) / scale;
  return JSON.stringify({
    type: "Feature",
    id: feature.id,
    bbox: feature.bounds.map(round),
    properties: {
      class_id: feature.classId,
      class: feature.className,
      area_m2: feature.areaM2,
      perimeter_m: feature.perimeterM,
      mean_confidence: feature.meanConfidence,
    },
    geometry: {
      type: "Polygon",
      coordinates: feature.rings.map((ring) =>
        Array.from({ length: ring.length / 2 }, (_, k) => [round(ring[2 * k]!), round(ring[2 * k + 1]!)]),
      ),
    },
  });
}
