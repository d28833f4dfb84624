import { announce, element } from "./dom.ts";
import type { Page } from "./page.ts";
import { legendOf } from "./run-folder.ts";
import type { Layer } from "./view-state.ts";

const TITLES: Readonly<Record<Layer, string>> = {
  landcover: "Land cover",
  confidence: "Confidence",
  imagery: "Imagery",
};

/** The layers that the first run has, in the order of the switch. */
export function layersOf({ here }: Page): readonly Layer[] {
  const { vector, raster, confidence, imagery } = here.folder.archives;
  const has = { landcover: vector ?? raster, confidence, imagery };
  return (["landcover", "confidence", "imagery"] as const).filter((layer) => has[layer] !== null);
}

/** Which layer is shown, how opaque it is, and whether two pictures are compared. */
export function layerControls(page: Page): HTMLElement {
  const parts = [layerSwitch(page), opacitySlider(page), confidenceRamp(page), compareButton(page)];
  return element("section", { class: "controls", "aria-label": "Layers" }, ...parts);
}

function layerSwitch(page: Page): HTMLElement | null {
  const { store } = page;
  const layers = layersOf(page);
  if (layers.length < 2) return null;
  const options = layers.map((layer) => {
    const choose = (): void => store.update({ layer });
    const input = element("input", { type: "radio", name: "layer", value: layer, change: choose });
    follow(page, () => {
      input.checked = store.state.layer === layer;
    });
    return element("label", {}, input, element("span", {}, TITLES[layer]));
  });
  const title = element("legend", { class: "visually-hidden" }, "Shown on the map");
  return element("fieldset", { class: "segments" }, title, ...options);
}

function opacitySlider(page: Page): HTMLElement {
  const { store } = page;
  const slide = (): void => store.update({ opacity: Number(slider.value) / 100 });
  const slider = element("input", { type: "range", id: "opacity", min: 0, max: 100, step: 5, input: slide });
  const value = element("output", { for: "opacity" });
  const row = element(
    "div",
    { class: "slider" },
    element("label", { for: "opacity" }, "Opacity"),
    slider,
    value,
  );
  follow(page, () => {
    const percent = Math.round(store.state.opacity * 100);
    if (Number(slider.value) !== percent) slider.value = String(percent);
    slider.setAttribute("aria-valuetext", `${percent} %`);
    value.textContent = `${percent} %`;
    row.hidden = store.state.layer === "imagery";
  });
  return row;
}

/** What the colours of the confidence layer mean; shown with it. */
function confidenceRamp(page: Page): HTMLElement | null {
  const { store, here } = page;
  const { confidence } = here.folder.archives;
  const ramp = confidence === null ? [] : legendOf(confidence).map(({ color }) => color);
  if (ramp.length < 2) return null;
  const picture = element("span", { class: "ramp", "aria-hidden": "true" });
  picture.style.background = `linear-gradient(to right, ${ramp.join(", ")})`;
  const ends = element("span", { class: "row" }, element("span", {}, "0 %"), element("span", {}, "100 %"));
  const title = element("span", {}, "Probability of the class that won");
  const row = element("div", { class: "ramp-legend" }, title, picture, ends);
  follow(page, () => {
    row.hidden = store.state.layer !== "confidence";
  });
  return row;
}

/** The switch of the swipe: two runs, or imagery against what lies over it. None where there is nothing to compare. */
function compareButton(page: Page): HTMLElement | null {
  const { store, here, other } = page;
  if (!canCompare(page)) return null;
  const title = other === null ? "Compare with imagery" : `Compare ${here.title} and ${other.title}`;
  const toggle = (): void => {
    const on = store.state.split === null;
    store.update({ split: on ? 0.5 : null });
    announce(on ? "Comparing. The handle on the map moves with the arrow keys." : "Comparison ended.");
  };
  const button = element("button", { type: "button", class: "wide", click: toggle }, title);
  follow(page, () => {
    button.setAttribute("aria-pressed", String(store.state.split !== null));
  });
  return button;
}

/** True when there are two pictures to swipe between. */
export function canCompare({ here, other }: Page): boolean {
  const { imagery, vector, raster, confidence } = here.folder.archives;
  return other !== null || (imagery !== null && (vector ?? raster ?? confidence) !== null);
}

/** Does something now and after every change. */
function follow({ store }: Page, show: () => void): void {
  show();
  store.watch(show);
}
