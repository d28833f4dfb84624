import type { LayerSpecification, SourceSpecification, StyleSpecification } from "maplibre-gl";
import type { LandCoverClass } from "../scene/class-scheme.ts";
import { type Archive, type ArchiveName, UNKNOWN_COLOR } from "./run-folder.ts";
import type { Layer } from "./view-state.ts";

/** What one map shows of a run. */
export interface MapLook {
  readonly archives: Readonly<Record<ArchiveName, Archive | null>>;
  readonly classes: readonly LandCoverClass[];
  readonly layer: Layer;
  readonly opacity: number;
  readonly hidden: readonly number[];
  /** Polygon that is outlined. */
  readonly selected: number | null;
}

/** Name of the vector layer in the tiles, and of the fill on the map. */
export const LAND_COVER = "landcover";

/** From this zoom on land cover is drawn from vectors: sharp, and with polygons that can be chosen; from raster tiles below. */
export function vectorZoom({ vector, raster }: MapLook["archives"]): number {
  if (vector === null) return 24;
  return raster === null ? 0 : (vector.polygonZoom ?? vector.header.maxZoom);
}

/**
 * The MapLibre style of a look: imagery, over it land cover or confidence, over that the outline of the chosen polygon. What lies
 * behind is the page's: a background layer would be drawn anew with each frame, which a machine without a GPU feels.
 */
export function mapStyle(look: MapLook): StyleSpecification {
  const sources = Object.entries(look.archives).flatMap(([name, archive]) =>
    archive === null ? [] : [[name, sourceOf(archive)] as const],
  );
  return {
    version: 8,
    sources: Object.fromEntries(sources),
    layers: [
      ...(look.archives.imagery === null ? [] : [rasterLayer("imagery", true, 1)]),
      ...landCoverLayers(look),
      ...(look.archives.confidence === null
        ? []
        : [rasterLayer("confidence", look.layer === "confidence", look.opacity)]),
      ...outlineLayers(look),
    ],
  };
}

function sourceOf({ pmtiles, header, tileSize, vector }: Archive): SourceSpecification {
  const { minZoom: minzoom, maxZoom: maxzoom, minLon, minLat, maxLon, maxLat } = header;
  const tiles = [`pmtiles://${pmtiles.source.getKey()}/{z}/{x}/{y}`];
  const bounds: [number, number, number, number] = [minLon, minLat, maxLon, maxLat];
  return vector
    ? { type: "vector", tiles, minzoom, maxzoom, bounds }
    : { type: "raster", tiles, minzoom, maxzoom, bounds, tileSize };
}

function rasterLayer(source: ArchiveName, visible: boolean, opacity: number): LayerSpecification {
  return {
    id: source,
    source,
    type: "raster",
    layout: { visibility: visible ? "visible" : "none" },
    paint: {
      "raster-opacity": opacity,
      "raster-fade-duration": 0,
      "raster-resampling": source === "raster" ? "nearest" : "linear",
    },
  };
}

/** Raster tiles at low zooms, vectors above; vectors at every zoom as soon as a class is hidden. */
function landCoverLayers({ archives, classes, layer, opacity, hidden }: MapLook): LayerSpecification[] {
  const shown = layer === "landcover";
  const from = hidden.length > 0 && archives.vector !== null ? 0 : vectorZoom(archives);
  const layers: LayerSpecification[] = [];
  if (archives.raster !== null) {
    layers.push({ ...rasterLayer("raster", shown && from > 0, opacity), maxzoom: Math.max(from, 0.01) });
  }
  if (archives.vector !== null) {
    layers.push({
      id: LAND_COVER,
      source: "vector",
      "source-layer": LAND_COVER,
      type: "fill",
      minzoom: from,
      layout: { visibility: shown ? "visible" : "none" },
      filter: ["!", ["in", ["get", "class_id"], ["literal", [...hidden]]]],
      paint: { "fill-color": classColors(classes), "fill-opacity": opacity, "fill-antialias": false },
    });
  }
  return layers;
}

type FillColor = NonNullable<Extract<LayerSpecification, { type: "fill" }>["paint"]>["fill-color"];

function classColors(classes: readonly LandCoverClass[]): FillColor & {} {
  const [first, ...rest] = classes;
  if (first === undefined) return UNKNOWN_COLOR;
  return [
    "match",
    ["get", "class_id"],
    first.id,
    first.color,
    ...rest.flatMap(({ id, color }) => [id, color]),
    UNKNOWN_COLOR,
  ];
}

/** A light line on a dark one: seen on every class and every image. */
function outlineLayers({ archives, selected }: MapLook): LayerSpecification[] {
  if (archives.vector === null || selected === null) return [];
  const line = (id: string, color: string, width: number): LayerSpecification => ({
    id,
    source: "vector",
    "source-layer": LAND_COVER,
    type: "line",
    filter: ["==", ["id"], selected],
    layout: { "line-join": "round" },
    paint: { "line-color": color, "line-width": width },
  });
  return [line("outline-casing", "#101418", 5), line("outline", "#ffe14d", 2.5)];
}
