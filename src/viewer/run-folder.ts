import { type Header, PMTiles, tileTypeExt } from "pmtiles";
import type { LandCoverClass } from "../scene/class-scheme.ts";
import { ArchiveSource } from "./archive-source.ts";

/** A PMTiles archive of the folder, its first bytes read. */
export interface Archive {
  readonly pmtiles: PMTiles;
  readonly header: Header;
  readonly metadata: Readonly<Record<string, unknown>>;
  /** px along the side of a raster tile. */
  readonly tileSize: number;
  readonly vector: boolean;
  /** The first zoom whose features are polygons of landcover.parquet, by their id; null where none are. */
  readonly polygonZoom: number | null;
}

/** A file that can be downloaded. */
export interface FileEntry {
  readonly name: string;
  readonly bytes: number;
}

/** The area of one class, as areas.json has it. */
export interface ClassArea {
  readonly id: number;
  readonly name: string;
  readonly pixels: number;
  readonly hectares: number | null;
  readonly meanConfidence: number | null;
}

/** An output folder as the page sees it. */
export interface RunFolder {
  readonly url: URL;
  /** The scene's file name. */
  readonly name: string;
  /** Name and version of the model. */
  readonly model: string;
  readonly finished: Date | null;
  readonly attribution: string | null;
  readonly gsd: number | null;
  readonly classes: readonly LandCoverClass[];
  readonly areas: readonly ClassArea[];
  readonly files: readonly FileEntry[];
  /** Null where the folder has none. */
  readonly archives: Readonly<Record<ArchiveName, Archive | null>>;
  readonly warnings: readonly string[];
}

const ARCHIVES = {
  vector: "landcover.pmtiles",
  raster: "landcover-raster.pmtiles",
  confidence: "confidence-raster.pmtiles",
  imagery: "imagery.pmtiles",
} as const;

export type ArchiveName = keyof typeof ARCHIVES;

/** Reads what a folder holds. Only files that run.json lists are asked for. Rejects with a message for people. */
export async function openRunFolder(url: URL): Promise<RunFolder> {
  const run = await fetchJson(
    new URL("run.json", url),
    "This folder holds no finished run: run.json is missing.",
  );
  const files = entriesOf(run["files"]);
  const has = (name: string): boolean => files.some((file) => file.name === name);
  const open = (name: string): Promise<Archive | null> =>
    has(name) ? openArchive(new URL(name, url)) : Promise.resolve(null);
  const [vector, raster, confidence, imagery, areas] = await Promise.all([
    open(ARCHIVES.vector),
    open(ARCHIVES.raster),
    open(ARCHIVES.confidence),
    open(ARCHIVES.imagery),
    has("areas.json") ? fetchJson(new URL("areas.json", url), "areas.json cannot be read.") : null,
  ]);
  const measured = listOf(areas?.["classes"]).map(classAreaOf);
  return {
    url,
    files,
    archives: { vector, raster, confidence, imagery },
    areas: measured,
    classes: classesOf(vector ?? raster, measured),
    ...describe(run),
  };
}

/** The parts of run.json that people read; what has another form is left out. */
function describe(
  run: Json,
): Pick<RunFolder, "name" | "model" | "finished" | "attribution" | "gsd" | "warnings"> {
  const input = objectOf(listOf(run["inputs"])[0]);
  const model = objectOf(run["model"]);
  const gsd = objectOf(run["grid"])["gsd"];
  const attribution = objectOf(run["config"])["attribution"];
  const finished = new Date(textOf(run["finished"]));
  return {
    name: textOf(input["path"]).split(/[\\/]/).at(-1) || "Land cover",
    model: `${textOf(model["name"])} ${textOf(model["version"])}`.trim(),
    finished: Number.isNaN(finished.getTime()) ? null : finished,
    attribution: typeof attribution === "string" && attribution !== "" ? attribution : null,
    gsd: typeof gsd === "number" ? gsd : null,
    warnings: listOf(run["warnings"]).map((warning) => textOf(objectOf(warning)["message"])),
  };
}

async function openArchive(url: URL): Promise<Archive> {
  const pmtiles = new PMTiles(new ArchiveSource(url.href));
  const [header, metadata] = await Promise.all([pmtiles.getHeader(), pmtiles.getMetadata()]);
  const described = objectOf(metadata);
  const size = described["tile_size"];
  const polygonZoom = objectOf(described["polygon_ids"])["minzoom"];
  return {
    pmtiles,
    header,
    metadata: described,
    tileSize: typeof size === "number" ? size : 256,
    vector: tileTypeExt(header.tileType) === ".mvt",
    polygonZoom: typeof polygonZoom === "number" ? polygonZoom : null,
  };
}

/** The classes with their colours as the tiles have them, or by name alone from the areas. */
function classesOf(archive: Archive | null, areas: readonly ClassArea[]): readonly LandCoverClass[] {
  const legend = archive === null ? [] : legendOf(archive);
  return legend.length > 0 ? legend : areas.map(({ id, name }) => ({ id, name, color: UNKNOWN_COLOR }));
}

/** Of a class whose colour is not known. */
export const UNKNOWN_COLOR = "#808080";

/** What the values of an archive are called and how they are coloured. */
export function legendOf({ metadata }: Archive): readonly LandCoverClass[] {
  return listOf(metadata["classes"])
    .map(objectOf)
    .map(({ id, name, color }) => ({
      id: Number(id),
      name: textOf(name),
      color: /^#[\da-f]{6}$/i.test(textOf(color)) ? textOf(color) : UNKNOWN_COLOR,
    }));
}

function classAreaOf(value: unknown): ClassArea {
  const { id, name, pixels, hectares, meanConfidence } = objectOf(value);
  return {
    id: Number(id),
    name: textOf(name),
    pixels: Number(pixels),
    hectares: typeof hectares === "number" ? hectares : null,
    meanConfidence: typeof meanConfidence === "number" ? meanConfidence : null,
  };
}

function entriesOf(value: unknown): FileEntry[] {
  return listOf(value)
    .map(objectOf)
    .map(({ name, bytes }) => ({ name: textOf(name), bytes: Number(bytes) }))
    .filter(({ name }) => /^[\w.-]+$/.test(name));
}

type Json = Readonly<Record<string, unknown>>;

async function fetchJson(url: URL, failure: string): Promise<Json> {
  const response = await fetch(url).catch(() => null);
  if (response === null || !response.ok) throw new Error(failure);
  return objectOf(await response.json().catch(() => null));
}

function objectOf(value: unknown): Json {
  return typeof value === "object" && value !== null ? (value as Json) : {};
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}
