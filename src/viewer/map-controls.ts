import { type LngLatBounds, type Map as MapLibre, ScaleControl } from "maplibre-gl";
import { element } from "./dom.ts";
import { coordinatesText } from "./format.ts";

/** Buttons for zooming and for the whole of the data, a scale bar, and the coordinates of the pointer (or the centre). */
export function addMapControls(area: HTMLElement, map: MapLibre, bounds: LngLatBounds | null): void {
  const button = (label: string, sign: string, click: () => void): HTMLElement =>
    element("button", { type: "button", "aria-label": label, title: label, click }, sign);
  area.append(
    element(
      "div",
      { class: "map-buttons" },
      button("Zoom in", "+", () => void map.zoomIn()),
      button("Zoom out", "−", () => void map.zoomOut()),
      bounds === null ? null : button("Show all", "⤢", () => void map.fitBounds(bounds, { padding: 24 })),
    ),
    coordinates(map),
  );
  map.addControl(new ScaleControl({ maxWidth: 120, unit: "metric" }), "bottom-left");
}

function coordinates(map: MapLibre): HTMLElement {
  const readout = element("div", { class: "coordinates" });
  const show = ([lon, lat]: [number, number]): void => {
    readout.textContent = `${coordinatesText([lon, lat])} · z${map.getZoom().toFixed(1)}`;
  };
  map.on("mousemove", ({ lngLat }) => show(lngLat.toArray()));
  map.on("move", () => show(map.getCenter().toArray()));
  show(map.getCenter().toArray());
  return readout;
}
