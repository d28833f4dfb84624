import { byId } from "./dom.ts";
import { showMaps } from "./map-area.ts";
import { boundsOf } from "./map-view.ts";
import type { Page, Run } from "./page.ts";
import { fillPanel } from "./panel.ts";
import { formatPermalink, parsePermalink } from "./permalink.ts";
import { polygonCard } from "./polygon-card.ts";
import { polygonRows } from "./polygon-rows.ts";
import { openRunFolder, type RunFolder } from "./run-folder.ts";
import { themeChoice } from "./theme.ts";
import { createStore, type ViewState } from "./view-state.ts";

const notice = byId("notice");

/** Reads the folder (and the one to compare with), then fills the page. */
async function start(): Promise<void> {
  const link = parsePermalink(location.hash);
  const page = await openPage(link);
  const { here, other, store } = page;
  document.title = `${[here, other].flatMap((run) => run?.folder.name ?? []).join(" and ")} · land cover`;
  const bounds = boundsOf(here.folder);
  if (bounds !== null) showMaps(page, link.center === undefined ? bounds : store.state, bounds);
  fillPanel(byId("panel"), page, themeChoice());
  byId("map-area").append(polygonCard(page));
  if (bounds === null) {
    show(
      "This map has no place on earth that is known, so there is nothing to show here. Its areas and files are in the panel.",
    );
  } else {
    notice.hidden = true;
    store.watch((state) => history.replaceState(null, "", formatPermalink(state)));
    addEventListener("hashchange", () => followLink(page));
  }
}

/** Shows what a link says that was pasted into the address of the open page. */
function followLink({ here, other, store }: Page): void {
  const link = parsePermalink(location.hash);
  if ((link.compare ?? null) === store.state.compare)
    store.update({ ...firstLook(here.folder, other), ...link });
  else location.reload();
}

/** What is shown where a link does not say otherwise: land cover, with the imagery seen through it; two runs side by side. */
function firstLook(
  { archives }: RunFolder,
  other: unknown,
): Pick<ViewState, "layer" | "opacity" | "hidden" | "split" | "selected"> {
  const cover = archives.vector ?? archives.raster;
  const layer = cover !== null || archives.imagery === null ? "landcover" : "imagery";
  return {
    layer,
    opacity: archives.imagery === null ? 1 : 0.7,
    hidden: [],
    split: other === null ? null : 0.5,
    selected: null,
  };
}

async function openPage(link: Partial<ViewState>): Promise<Page> {
  const base = new URL("./", location.href);
  const otherUrl = link.compare == null ? null : neighbour(link.compare, base);
  const [here, other] = await Promise.all([
    openRunFolder(base),
    otherUrl === null ? null : openRunFolder(otherUrl),
  ]);
  const store = createStore({
    ...firstLook(here, other),
    center: [0, 0],
    zoom: 0,
    compare: null,
    ...link,
  });
  return {
    here: runOf(here, other === null ? null : "Before"),
    other: other === null ? null : runOf(other, "After"),
    store,
  };
}

/** The folder that a permalink compares with: only on the page's own host, whoever wrote the link. */
function neighbour(path: string, base: URL): URL {
  const url = URL.canParse(path, base) ? new URL(path, base) : null;
  if (url === null || url.origin !== base.origin || !url.pathname.endsWith("/")) {
    throw new Error("The link asks to compare with a folder that is not on this host.");
  }
  return url;
}

function runOf(folder: RunFolder, title: string | null): Run {
  const parquet = folder.files.find(({ name }) => name === "landcover.parquet");
  const polygons =
    parquet === undefined ? null : polygonRows(new URL(parquet.name, folder.url), parquet.bytes);
  return { folder, polygons, title };
}

/** Says in place of the map what is wrong. */
function show(message: string): void {
  notice.hidden = false;
  notice.dataset["error"] = "";
  notice.replaceChildren(message);
}

start().catch((error: unknown) => show(error instanceof Error ? error.message : String(error)));
