import { announce, element } from "./dom.ts";
import { downloads } from "./downloads.ts";
import { threeDigits } from "./format.ts";
import { layerControls } from "./layer-controls.ts";
import { legend } from "./legend.ts";
import type { Page, Run } from "./page.ts";

/** The panel beside the map (below it on a phone): what the map is of, layers, legend, files, credits. */
export function fillPanel(panel: HTMLElement, page: Page, theme: HTMLElement): void {
  const runs = [page.here, ...(page.other === null ? [] : [page.other])];
  panel.replaceChildren(
    element("header", {}, ...runs.flatMap(title)),
    layerControls(page),
    legend(page),
    ...warnings(runs),
    ...runs.map(downloads),
    keyboardHelp(),
    element("div", { class: "row tools" }, copyLink(), theme),
    credits(runs),
  );
}

function title({ folder, title: role }: Run, index: number): HTMLElement[] {
  const { name, model, finished, gsd, files, url } = folder;
  const facts = [
    role,
    model === "" ? null : model,
    gsd === null ? null : `${threeDigits(gsd)} m per pixel`,
    finished?.toISOString().slice(0, 10) ?? null,
  ].filter((fact) => fact !== null);
  const report = files.some((file) => file.name === "report.html")
    ? element("a", { href: new URL("report.html", url).href }, "Report")
    : null;
  return [
    index === 0 ? element("h1", {}, name) : element("p", { class: "second-title" }, name),
    element("p", { class: "facts" }, facts.join(" · "), report === null ? null : " · ", report),
  ];
}

function warnings(runs: readonly Run[]): HTMLElement[] {
  const all = runs.flatMap(({ folder }) => folder.warnings).filter((text) => text !== "");
  if (all.length === 0) return [];
  const list = element("ul", {}, ...all.map((text) => element("li", {}, text)));
  return [
    element("details", { class: "warnings" }, element("summary", {}, `Warnings (${all.length})`), list),
  ];
}

const KEYS = [
  ["Arrows", "move the map, or the swipe handle"],
  ["+ −", "zoom"],
  ["Enter", "choose the polygon under the cross"],
  ["Esc", "let go of it"],
] as const;

function keyboardHelp(): HTMLElement {
  const rows = KEYS.flatMap(([key, what]) => [
    element("dt", {}, element("kbd", {}, key)),
    element("dd", {}, what),
  ]);
  return element(
    "details",
    { class: "keys" },
    element("summary", {}, "Keyboard"),
    element("dl", {}, ...rows),
  );
}

function copyLink(): HTMLElement {
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(location.href);
    button.textContent = "Link copied";
    announce("Link copied");
  };
  const button = element("button", { type: "button", click: () => void copy() }, "Copy link to this view");
  button.hidden = navigator.clipboard === undefined;
  return button;
}

function credits(runs: readonly Run[]): HTMLElement {
  const imagery = [...new Set(runs.map(({ folder }) => folder.attribution))].filter((text) => text !== null);
  const models = [...new Set(runs.map(({ folder }) => folder.model))].filter((text) => text !== "");
  const text = [
    ...imagery.map((credit) => `Imagery: ${credit}`),
    ...models.map((model) => `Land cover: ${model}, by landstitch`),
    "Map: MapLibre",
  ];
  return element("footer", {}, text.join(" · "));
}
