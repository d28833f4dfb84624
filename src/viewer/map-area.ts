import type { LngLatBounds, Map as MapLibre } from "maplibre-gl";
import { byId, hint } from "./dom.ts";
import { canCompare } from "./layer-controls.ts";
import { addMapControls } from "./map-controls.ts";
import { type MapLook, vectorZoom } from "./map-style.ts";
import { addArchives, createMap, type FirstPlace, landCoverAt, linkMaps, setLook } from "./map-view.ts";
import type { Page, Run } from "./page.ts";
import { swipeHandle } from "./swipe.ts";
import type { Layer, Selection } from "./view-state.ts";

/** Fills the map area: one map, and over part of it a second one while two pictures are compared. */
export function showMaps(page: Page, place: FirstPlace, bounds: LngLatBounds): void {
  const { here, other, store } = page;
  for (const run of [here, other]) if (run !== null) addArchives(run.folder);
  const container = byId("map");
  const map = createMap(container, lookOf(page, "here"), place, `Map of ${here.folder.name}`);
  const second = secondMap(page, map);
  addMapControls(byId("map-area"), map, bounds);
  map.on("moveend", () => {
    const { lng, lat } = map.getCenter();
    store.update({ center: [lng, lat], zoom: map.getZoom() });
  });
  map.on("click", ({ point }) => choose(page, map, "here", point.x, point.y));
  chooseByKey(page, map);
  const restyle = (): void => {
    setLook(map, lookOf(page, "here"));
    second.restyle();
  };
  store.watch((state, before) => {
    if (state.center !== before.center || state.zoom !== before.zoom) jumpIfElsewhere(map, state);
    if (LOOKS.some((key) => state[key] !== before[key])) restyle();
  });
}

/** The parts of the state that change what the maps look like. */
const LOOKS = ["layer", "opacity", "hidden", "selected"] as const;

/** What one of the maps shows. In a comparison with imagery, the second map shows imagery alone. */
function lookOf({ here, other, store }: Page, which: "here" | "second"): MapLook {
  const { layer, opacity, hidden, selected } = store.state;
  const run = which === "second" && other !== null ? other : here;
  const only: Layer = which === "second" && other === null ? "imagery" : layer;
  const mine: Selection["run"] = run === other ? "other" : "here";
  const { archives, classes } = run.folder;
  return {
    archives,
    classes,
    layer: only,
    opacity,
    hidden,
    selected: selected?.run === mine ? selected.id : null,
  };
}

/** The map over the first one: the other run to the right of the handle, or imagery to the left. Made when it is first needed. */
function secondMap(page: Page, first: MapLibre): { restyle(): void } {
  if (!canCompare(page)) return { restyle: () => undefined };
  const { here, other, store } = page;
  const container = byId("second-map");
  const [left, right] = other === null ? ["Imagery", "Land cover"] : [titleOf(here), titleOf(other)];
  const handle = swipeHandle({ left, right, onMove: (split) => store.update({ split }) });
  byId("handle").replaceWith(handle.node);
  let map: MapLibre | null = null;
  const show = (): void => {
    const { split } = store.state;
    container.hidden = split === null;
    handle.node.hidden = split === null;
    if (split === null) return;
    handle.show(split);
    const percent = split * 100;
    container.style.clipPath = other === null ? `inset(0 ${100 - percent}% 0 0)` : `inset(0 0 0 ${percent}%)`;
    map ??= makeSecond(page, first, container);
  };
  show();
  store.watch(show);
  return { restyle: () => map !== null && setLook(map, lookOf(page, "second")) };
}

function makeSecond(page: Page, first: MapLibre, container: HTMLElement): MapLibre {
  const { lng, lat } = first.getCenter();
  const place = { center: [lng, lat], zoom: first.getZoom() } as const;
  const label = page.other === null ? "Imagery" : `Map of ${page.other.folder.name}`;
  const map = createMap(container, lookOf(page, "second"), place, label);
  linkMaps(first, map);
  const [asked, run] = page.other === null ? [first, "here" as const] : [map, "other" as const];
  map.on("click", ({ point }) => choose(page, asked, run, point.x, point.y));
  return map;
}

function titleOf({ title, folder }: Run): string {
  return title ?? folder.name;
}

/** Chooses the polygon under a point (px), or lets go of the one that was chosen. */
function choose({ here, store }: Page, map: MapLibre, run: Selection["run"], x: number, y: number): void {
  const found = landCoverAt(map, x, y);
  store.update({ selected: found?.id == null ? null : { run, id: found.id } });
  if (map.getZoom() < vectorZoom(here.folder.archives) && store.state.layer !== "imagery") hint(ZOOM_IN);
}

const ZOOM_IN = "Zoom in to choose polygons.";

/** Enter chooses what is under the middle of the map; Escape lets go. */
function chooseByKey(page: Page, map: MapLibre): void {
  map.getCanvas().addEventListener("keydown", ({ key }) => {
    if (key !== "Enter") return;
    const { clientWidth, clientHeight } = map.getContainer();
    choose(page, map, "here", clientWidth / 2, clientHeight / 2);
  });
  addEventListener("keydown", ({ key }) => {
    if (key === "Escape" && page.store.state.selected !== null) page.store.update({ selected: null });
  });
}

function jumpIfElsewhere(
  map: MapLibre,
  { center, zoom }: { center: readonly [number, number]; zoom: number },
): void {
  const { lng, lat } = map.getCenter();
  const far =
    Math.abs(lng - center[0]) + Math.abs(lat - center[1]) > 1e-9 || Math.abs(map.getZoom() - zoom) > 1e-9;
  if (far) map.jumpTo({ center: [...center], zoom });
}
