import {
  addProtocol,
  LngLatBounds,
  Map as MapLibre,
  prewarm,
  setMaxParallelImageRequests,
  setWorkerUrl,
} from "maplibre-gl";
import workerUrl from "maplibre-gl/dist/maplibre-gl-worker.mjs?url";
import { Protocol } from "pmtiles";
import { LAND_COVER, type MapLook, mapStyle } from "./map-style.ts";
import type { RunFolder } from "./run-folder.ts";
import type { ViewState } from "./view-state.ts";

const protocol = new Protocol();
setWorkerUrl(new URL(workerUrl, document.baseURI).href);
/** Starts the worker while the folder is still read. */
prewarm();
addProtocol("pmtiles", protocol.tile);
/** All tiles of a view at once: they are small, and 16 at a time, the default, each wait for a frame to be drawn. */
setMaxParallelImageRequests(128);

/** Makes the tiles of a run's archives known to all maps. */
export function addArchives({ archives }: RunFolder): void {
  for (const archive of Object.values(archives)) if (archive !== null) protocol.add(archive.pmtiles);
}

/** West, south, east and north (degrees) of all archives of a run; null where it has none. */
export function boundsOf({ archives }: RunFolder): LngLatBounds | null {
  const headers = Object.values(archives).flatMap((archive) => (archive === null ? [] : [archive.header]));
  if (headers.length === 0) return null;
  const bounds = new LngLatBounds();
  for (const { minLon, minLat, maxLon, maxLat } of headers) {
    bounds.extend([minLon, minLat]).extend([maxLon, maxLat]);
  }
  return bounds;
}

/** A place to look at, or the whole of the data. */
export type FirstPlace = Pick<ViewState, "center" | "zoom"> | LngLatBounds;

/** Maps whose first style is loaded; what the others are to show as soon as theirs is. */
const ready = new WeakSet<MapLibre>();
const waiting = new WeakMap<MapLibre, MapLook>();

/** Lets a map show something else; only what differs is drawn anew. */
export function setLook(map: MapLibre, look: MapLook): void {
  map.getContainer().dataset["state"] = "busy";
  if (ready.has(map)) map.setStyle(mapStyle(look));
  else waiting.set(map, look);
}

/** Makes a map in a container. North stays up; it can be moved by mouse, touch and keyboard. */
export function createMap(container: HTMLElement, look: MapLook, place: FirstPlace, label: string): MapLibre {
  const map = new MapLibre({
    container,
    style: mapStyle(look),
    ...(place instanceof LngLatBounds
      ? { bounds: place, fitBoundsOptions: { padding: 24 } }
      : { center: [...place.center], zoom: place.zoom }),
    attributionControl: false,
    dragRotate: false,
    pitchWithRotate: false,
    touchPitch: false,
    maxPitch: 0,
    maxZoom: 24,
    fadeDuration: 0,
    locale: { "Map.Title": label },
  });
  tellState(container, map);
  map.once("style.load", () => {
    ready.add(map);
    const late = waiting.get(map);
    if (late !== undefined) map.setStyle(mapStyle(late));
  });
  map.touchZoomRotate.disableRotation();
  map.keyboard.disableRotation();
  return map;
}

/** Writes on the container whether the map still has something to load or draw: "busy" or "idle". */
function tellState(container: HTMLElement, map: MapLibre): void {
  const tell = (state: "busy" | "idle") => () => {
    container.dataset["state"] = state;
  };
  tell("busy")();
  map.on("dataloading", tell("busy"));
  map.on("movestart", tell("busy"));
  map.on("idle", tell("idle"));
}

/** The land cover under a point of the map (px); null where there is none to be seen. */
export function landCoverAt(
  map: MapLibre,
  x: number,
  y: number,
): { classId: number; id: number | null } | null {
  if (map.getLayer(LAND_COVER) === undefined) return null;
  const [feature] = map.queryRenderedFeatures([x, y], { layers: [LAND_COVER] });
  if (feature === undefined) return null;
  const { id } = feature;
  return { classId: Number(feature.properties["class_id"]), id: typeof id === "number" ? id : null };
}

/** Keeps two maps at one place, whichever is moved. */
export function linkMaps(a: MapLibre, b: MapLibre): void {
  let following = false;
  const follow = (leader: MapLibre, follower: MapLibre) => () => {
    if (following) return;
    following = true;
    follower.jumpTo({ center: leader.getCenter(), zoom: leader.getZoom() });
    following = false;
  };
  a.on("move", follow(a, b));
  b.on("move", follow(b, a));
}
