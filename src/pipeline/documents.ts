import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { throwIfAborted } from "../errors.ts";
import { writeWhole } from "../raster/write-whole.ts";
import type { Areas } from "../report/areas.ts";
import type { MapRecord } from "../report/map-record.ts";
import { confidencePicture, landcoverPicture, pngOf, webpOf } from "../report/pictures.ts";
import { reportPage } from "../report/report-page.ts";
import { pictureChannels, ScenePicture } from "../report/scene-picture.ts";
import { type AssetFile, stacItem } from "../report/stac-item.ts";
import { openScene } from "../scene/open-scene.ts";
import type { Config } from "./config.ts";
import { peakMemoryBytes, type RunManifest, timed, writeJson } from "./manifest.ts";
import { OUTPUT_FILES, type Output, RUN_FILE } from "./outputs.ts";
import type { PreparedRun } from "./prepare.ts";
import type { RunListener } from "./progress.ts";

/** What a run knows of itself when the map and its other files are written. */
export type RunFacts = Omit<
  RunManifest,
  "started" | "finished" | "peakMemoryBytes" | "files" | "stages" | "config"
> & {
  readonly started: Date;
  readonly stages: RunManifest["stages"][number][];
  readonly areas: Areas;
  /** What to call the scene or scenes. */
  readonly name: string;
};

interface DocumentOptions {
  readonly folder: string;
  readonly config: Config;
  readonly signal: AbortSignal | undefined;
}

/** The picture of the scene, to be filled by whoever reads the scene. */
export function pictureOf({ scene, model }: PreparedRun): ScenePicture {
  return new ScenePicture(scene, pictureChannels(model.card.input.bands));
}

/** Writes preview.png, report.html and item.json, where wanted, from the finished map; item.json last, for it holds the others' hashes. */
export async function writeDocuments(
  run: PreparedRun,
  options: DocumentOptions,
  facts: RunFacts,
  { picture, listener }: { readonly picture: ScenePicture | null; readonly listener: RunListener },
): Promise<void> {
  const { folder, config, signal } = options;
  const wanted = new Set<Output>(config.outputs);
  if (!wanted.has("report") && !wanted.has("preview") && !wanted.has("stac")) return;
  throwIfAborted(signal);
  await timed("report", facts.stages, listener, async () => {
    const record = recordOf(run, options, facts);
    await writePictures(run, record, { folder, wanted, picture });
    throwIfAborted(signal);
    if (wanted.has("stac")) {
      const files = await assetFiles(folder, config.outputs, signal);
      await writeJson(join(folder, OUTPUT_FILES.stac[0]), stacItem(record, files));
    }
  });
}

async function writePictures(
  { bands }: PreparedRun,
  record: MapRecord,
  {
    folder,
    wanted,
    picture,
  }: { readonly folder: string; readonly wanted: ReadonlySet<Output>; readonly picture: ScenePicture | null },
): Promise<void> {
  if (!wanted.has("report") && !wanted.has("preview")) return;
  const landcover = await pngOf(
    await readOf(folder, "landcover.tif", (labels) => landcoverPicture(labels, record.card.classes)),
  );
  if (wanted.has("preview")) await writeWhole(join(folder, OUTPUT_FILES.preview[0]), landcover);
  if (!wanted.has("report")) return;
  const confidence = await webpOf(await readOf(folder, "confidence.tif", confidencePicture));
  const scene = picture === null ? null : await webpOf(await picture.finish(bands));
  const page = reportPage(record, {
    scene: scene === null ? null : dataUrl("webp", scene),
    landcover: dataUrl("png", landcover),
    confidence: dataUrl("webp", confidence),
  });
  await writeWhole(join(folder, OUTPUT_FILES.report[0]), page);
}

async function readOf<T>(
  folder: string,
  name: string,
  read: (scene: Awaited<ReturnType<typeof openScene>>) => Promise<T>,
): Promise<T> {
  const scene = await openScene(join(folder, name));
  try {
    return await read(scene);
  } finally {
    await scene.close();
  }
}

function dataUrl(type: "png" | "webp", bytes: Buffer): string {
  return `data:image/${type};base64,${bytes.toString("base64")}`;
}

function recordOf(
  { scene, model, gsd }: PreparedRun,
  { config }: DocumentOptions,
  { landstitch, node, onnxruntime, started, ...facts }: RunFacts,
): MapRecord {
  const { name, inputs, areas, warnings, device, workers, chips, skipped, stages } = facts;
  return {
    ...{ name, inputs, areas, warnings, device, workers, chips, skipped, gsd, config },
    taken: takenTime(scene.tags),
    attribution: config.attribution,
    grid: scene.grid,
    card: model.card,
    software: { landstitch, "ONNX Runtime": onnxruntime, "Node.js": node.replace(/^v/, "") },
    stages: [...stages],
    peakMemoryBytes: peakMemoryBytes(),
    started: started.toISOString(),
    finished: new Date().toISOString(),
  };
}

/** The time in the file's own metadata, "2020:08:31 17:20:00" (UTC assumed) or RFC 3339; null without one that can be read. */
function takenTime(tags: Readonly<Record<string, string>>): string | null {
  const text = tags["ACQUISITIONDATETIME"] ?? tags["TIFFTAG_DATETIME"];
  if (text === undefined) return null;
  const iso = text.trim().replace(/^(\d{4}):(\d\d):(\d\d) (\d\d:\d\d:\d\d)$/, "$1-$2-$3T$4Z");
  const time = new Date(/(Z|[+-]\d\d:?\d\d)$/.test(iso) ? iso : `${iso.replace(" ", "T")}Z`);
  return Number.isNaN(time.getTime()) ? null : time.toISOString();
}

/** The files that the run has written, with their hashes; run.json, which is not yet there, without. */
async function assetFiles(
  folder: string,
  outputs: readonly Output[],
  signal: AbortSignal | undefined,
): Promise<readonly AssetFile[]> {
  const files: AssetFile[] = [];
  for (const name of outputs
    .filter((output) => output !== "stac")
    .flatMap((output) => OUTPUT_FILES[output])) {
    const found = await stat(join(folder, name)).catch(() => null);
    if (found !== null)
      files.push({ name, bytes: found.size, sha256: await sha256Of(join(folder, name), signal) });
  }
  return [...files, { name: RUN_FILE, bytes: null, sha256: null }];
}

async function sha256Of(path: string, signal: AbortSignal | undefined): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) {
    throwIfAborted(signal);
    hash.update(chunk as Buffer);
  }
  return hash.digest("hex");
}
