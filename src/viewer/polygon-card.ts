import { announce, element } from "./dom.ts";
import { areaText, threeDigits } from "./format.ts";
import type { Page, Run } from "./page.ts";
import type { PolygonRow } from "./polygon-rows.ts";
import { UNKNOWN_COLOR } from "./run-folder.ts";

/** The card of the chosen polygon: what its row in landcover.parquet says. */
export function polygonCard(page: Page): HTMLElement {
  const { store } = page;
  const card = element("section", { id: "polygon", "aria-label": "Chosen polygon", hidden: true });
  const close = (): void => store.update({ selected: null });
  const show = async (): Promise<void> => {
    const { selected } = store.state;
    card.hidden = selected === null;
    if (selected === null) return;
    const run = selected.run === "other" ? page.other : page.here;
    const row = await run?.polygons?.get(selected.id).catch(() => null);
    if (store.state.selected !== selected || run === null) return;
    card.replaceChildren(...content(run, row ?? null, close));
    announce(card.innerText);
  };
  store.watch((state, before) => {
    if (state.selected !== before.selected) void show();
  });
  void show();
  return card;
}

function content(run: Run, row: PolygonRow | null, close: () => void): HTMLElement[] {
  const closer = element(
    "button",
    { type: "button", class: "close", "aria-label": "Close", click: close },
    "×",
  );
  if (row === null) return [closer, element("p", {}, "This polygon is not in landcover.parquet.")];
  const swatch = element("span", { class: "swatch" });
  swatch.style.backgroundColor =
    run.folder.classes.find(({ name }) => name === row.className)?.color ?? UNKNOWN_COLOR;
  const title = element(
    "h2",
    {},
    swatch,
    run.title === null ? row.className : `${row.className} · ${run.title}`,
  );
  const facts: readonly (readonly [string, string])[] = [
    ["Area", row.areaM2 === null ? "unknown" : areaText(row.areaM2)],
    ["Perimeter", row.perimeterM === null ? "unknown" : `${threeDigits(row.perimeterM)} m`],
    ["Mean confidence", row.meanConfidence === null ? "unknown" : `${row.meanConfidence.toFixed(1)} %`],
    ["Polygon", String(row.id)],
  ];
  const list = element(
    "dl",
    {},
    ...facts.flatMap(([name, value]) => [element("dt", {}, name), element("dd", {}, value)]),
  );
  return [closer, title, list];
}
