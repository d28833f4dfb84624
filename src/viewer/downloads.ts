import { element } from "./dom.ts";
import { bytesText } from "./format.ts";
import type { Run } from "./page.ts";

/** What the files are to those who know other names; files that are not listed here are parts of the page. */
const TITLES: Readonly<Record<string, string>> = {
  "landcover.tif": "Land cover, GeoTIFF",
  "confidence.tif": "Confidence, GeoTIFF",
  "landcover.parquet": "Polygons, GeoParquet",
  "landcover.gpkg": "Polygons, GeoPackage",
  "landcover.geojson": "Polygons, GeoJSON",
  "landcover.pmtiles": "Vector tiles, PMTiles",
  "landcover-raster.pmtiles": "Raster tiles, PMTiles",
  "confidence-raster.pmtiles": "Confidence tiles, PMTiles",
  "imagery.pmtiles": "Imagery tiles, PMTiles",
  "areas.csv": "Areas, CSV",
  "areas.json": "Areas, JSON",
  "report.html": "Report",
  "preview.png": "Preview, PNG",
  "item.json": "STAC item",
};

/** Links to the files of a run with their sizes, and to its report. */
export function downloads(run: Run): HTMLElement {
  const { url, files } = run.folder;
  const listed = files.filter(({ name }) => name in TITLES);
  const title = run.title === null ? "Files" : `Files · ${run.title}`;
  const links = [...listed, { name: "run.json", bytes: null }].map(({ name, bytes }) =>
    element(
      "li",
      {},
      element(
        "a",
        { href: new URL(name, url).href, download: name === "report.html" ? false : name },
        TITLES[name] ?? "How it was made",
      ),
      element("code", {}, name),
      element("span", {}, bytes === null ? "" : bytesText(bytes)),
    ),
  );
  return element("details", { class: "files" }, element("summary", {}, title), element("ul", {}, ...links));
}
