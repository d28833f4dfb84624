import type { Layer, Selection, ViewState } from "./view-state.ts";

const LAYERS: readonly Layer[] = ["landcover", "confidence", "imagery"];

/**
 * The state as the part of a URL behind "#": map=zoom/latitude/longitude (as OpenStreetMap has it), and whatever differs from the
 * page's first look.
 */
export function formatPermalink(state: ViewState): string {
  const { center, zoom, layer, opacity, hidden, split, selected, compare } = state;
  const parts = [
    `map=${round(zoom, 2)}/${round(center[1], 6)}/${round(center[0], 6)}`,
    layer === "landcover" ? null : `layer=${layer}`,
    `opacity=${round(opacity, 2)}`,
    hidden.length === 0 ? null : `hide=${hidden.join(",")}`,
    split !== null ? `split=${round(split, 3)}` : compare !== null ? "split=none" : null,
    selected === null ? null : `${selected.run === "here" ? "polygon" : "other-polygon"}=${selected.id}`,
    compare === null ? null : `compare=${encodeURIComponent(compare).replaceAll("%2F", "/")}`,
  ];
  return `#${parts.filter((part) => part !== null).join("&")}`;
}

/** What a permalink says; what it does not say, or says wrongly, is left out. Never throws. */
export function parsePermalink(hash: string): Partial<ViewState> {
  const given = new URLSearchParams(hash.replace(/^#/, ""));
  const opacity = numberIn(given.get("opacity"), 0, 1);
  const split = numberIn(given.get("split"), 0, 1);
  const layer = LAYERS.find((name) => name === given.get("layer"));
  const selected = selectionOf(given);
  const compare = given.get("compare");
  return {
    ...placeOf(given.get("map")),
    ...(layer === undefined ? {} : { layer }),
    ...(opacity === null ? {} : { opacity }),
    ...(split === null && given.get("split") !== "none" ? {} : { split }),
    ...(given.has("hide") ? { hidden: idsOf(given.get("hide")!) } : {}),
    ...(selected === null ? {} : { selected }),
    ...(compare === null ? {} : { compare }),
  };
}

function placeOf(text: string | null): Partial<ViewState> {
  const [zoom, lat, lon, ...rest] = (text ?? "").split("/");
  const place = [numberIn(zoom, 0, 26), numberIn(lat, -90, 90), numberIn(lon, -540, 540)] as const;
  if (rest.length > 0 || place[0] === null || place[1] === null || place[2] === null) return {};
  return { zoom: place[0], center: [place[2], place[1]] };
}

function selectionOf(given: URLSearchParams): Selection | null {
  for (const [key, run] of [
    ["polygon", "here"],
    ["other-polygon", "other"],
  ] as const) {
    const id = numberIn(given.get(key), 0, Number.MAX_SAFE_INTEGER);
    if (id !== null && Number.isInteger(id)) return { run, id };
  }
  return null;
}

function idsOf(text: string): number[] {
  const ids = text.split(",").map((id) => numberIn(id, 0, 254));
  return [...new Set(ids.filter((id) => id !== null && Number.isInteger(id)))] as number[];
}

/** The number that a text is, if it lies within the limits. */
function numberIn(text: string | null | undefined, least: number, most: number): number | null {
  if (text === null || text === undefined || text.trim() === "") return null;
  const value = Number(text);
  return value >= least && value <= most ? value : null;
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
