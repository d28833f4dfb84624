import type { LandCoverClass } from "../scene/class-scheme.ts";
import { element } from "./dom.ts";
import { shareText, threeDigits } from "./format.ts";
import type { Page } from "./page.ts";
import type { ClassArea } from "./run-folder.ts";

/** The legend: a row for each class with its switch, its area and its share of what is shown; for two runs, both areas and the change. */
export function legend({ here, other, store }: Page): HTMLElement {
  const { classes } = here.folder;
  const canHide = here.folder.archives.vector !== null;
  const rows = element("tbody");
  const foot = element("tfoot");
  const all = element(
    "button",
    { type: "button", class: "link", click: () => store.update({ hidden: [] }) },
    "Show all",
  );
  const toggle = (id: number): void => {
    const { hidden } = store.state;
    store.update({
      hidden: hidden.includes(id) ? hidden.filter((one) => one !== id) : [...hidden, id].sort(ascending),
    });
  };

  const switches = new Map<number, HTMLInputElement>();
  for (const { id } of classes) {
    const box = element("input", {
      type: "checkbox",
      id: `class-${id}`,
      disabled: !canHide,
      change: () => toggle(id),
    });
    switches.set(id, box);
  }

  const render = (): void => {
    const { hidden } = store.state;
    const shown = classes.filter(({ id }) => !hidden.includes(id));
    for (const [id, box] of switches) box.checked = !hidden.includes(id);
    const areas = [here, ...(other === null ? [] : [other])].map(({ folder }) =>
      areaTable(folder.areas, shown),
    );
    for (const [index, entry] of classes.entries()) {
      const row = rows.rows[index];
      row?.replaceWith(classRow(entry, switches.get(entry.id)!, hidden.includes(entry.id), areas));
    }
    foot.replaceChildren(totalRow(areas, hidden.length > 0));
    all.hidden = hidden.length === 0;
  };

  rows.append(...classes.map(() => element("tr")));
  render();
  store.watch((state, before) => {
    if (state.hidden === before.hidden) return;
    const focused = document.activeElement;
    render();
    if (focused instanceof HTMLElement && focused.isConnected) focused.focus();
  });
  const unit = unitOf(here.folder.areas);
  const titles = other === null ? [`Area, ${unit}`, "Share"] : [here.title, other.title, `Change, ${unit}`];
  return element(
    "section",
    { class: "legend", "aria-labelledby": "legend-title" },
    element("div", { class: "row" }, element("h2", { id: "legend-title" }, "Land cover"), all),
    element(
      "table",
      {},
      element(
        "thead",
        {},
        element(
          "tr",
          {},
          element("th", { scope: "col" }, "Class"),
          ...titles.map((title) => element("th", { scope: "col" }, title)),
        ),
      ),
      rows,
      foot,
    ),
  );
}

/** Areas of the visible classes, in hectares or (without a CRS) pixels. */
interface AreaTable {
  readonly known: boolean;
  readonly of: (id: number) => number | null;
  readonly total: number;
  readonly largest: number;
}

function unitOf(areas: readonly ClassArea[]): "ha" | "px" {
  return areas.every(({ hectares }) => hectares !== null) ? "ha" : "px";
}

function areaTable(areas: readonly ClassArea[], shown: readonly LandCoverClass[]): AreaTable {
  const inHectares = unitOf(areas) === "ha";
  const byId = new Map(areas.map((area) => [area.id, inHectares ? area.hectares! : area.pixels]));
  const visible = shown.map(({ id }) => byId.get(id) ?? 0);
  return {
    known: areas.length > 0,
    of: (id) => byId.get(id) ?? null,
    total: visible.reduce((sum, area) => sum + area, 0),
    largest: Math.max(...visible, 0),
  };
}

function classRow(
  { id, name, color }: LandCoverClass,
  box: HTMLInputElement,
  isHidden: boolean,
  tables: readonly AreaTable[],
): HTMLTableRowElement {
  const swatch = element("span", { class: "swatch" });
  swatch.style.backgroundColor = color;
  const [first] = tables as [AreaTable];
  const label = element("label", { for: box.id }, box, swatch, element("span", { class: "name" }, name));
  const heading = element("th", { scope: "row" }, label);
  if (first.known) heading.append(bar(isHidden ? 0 : (first.of(id) ?? 0), first.largest, color));
  const cells = tables.length === 1 ? singleCells(first, id, isHidden) : changeCells(tables, id);
  return element("tr", { class: isHidden ? "hidden-class" : null }, heading, ...cells);
}

function singleCells(table: AreaTable, id: number, isHidden: boolean): HTMLElement[] {
  const area = table.of(id);
  const share = area === null || isHidden || table.total === 0 ? "–" : shareText(area / table.total);
  return [element("td", {}, amount(area)), element("td", {}, share)];
}

function changeCells([before, after]: readonly AreaTable[], id: number): HTMLElement[] {
  return comparison(before!.of(id), after!.of(id));
}

function comparison(before: number | null, after: number | null): HTMLElement[] {
  const change = before === null || after === null ? null : after - before;
  const sign = change === null ? "" : change > 0 ? "+" : change < 0 ? "−" : "±";
  return [
    element("td", {}, amount(before)),
    element("td", {}, amount(after)),
    element("td", {}, change === null ? "–" : `${sign}${amount(Math.abs(change))}`),
  ];
}

function totalRow(tables: readonly AreaTable[], someHidden: boolean): HTMLTableRowElement {
  const [first, second] = tables as [AreaTable, AreaTable?];
  const title = element("th", { scope: "row" }, someHidden ? "Shown" : "Total");
  if (!first.known) return element("tr", { hidden: true }, title);
  const cells =
    second === undefined
      ? [element("td", {}, amount(first.total)), element("td", {}, first.total === 0 ? "–" : "100 %")]
      : comparison(first.total, second.total);
  return element("tr", {}, title, ...cells);
}

function amount(area: number | null): string {
  return area === null ? "–" : threeDigits(area);
}

/** The bar of a class, as long as its part of the largest one shown. */
function bar(area: number, largest: number, color: string): HTMLElement {
  const fill = element("span");
  fill.style.backgroundColor = color;
  fill.style.width = `${largest === 0 ? 0 : (area / largest) * 100}%`;
  return element("span", { class: "bar", "aria-hidden": "true" }, fill);
}

function ascending(a: number, b: number): number {
  return a - b;
}
