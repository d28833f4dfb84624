import { createHash } from "node:crypto";
import { basename } from "node:path";
import { sourceVersion } from "../scene/byte-source.ts";
import { shownUrl } from "../scene/shown-url.ts";
import type { Fingerprint } from "./checkpoint.ts";
import type { Config } from "./config.ts";
import { ONNXRUNTIME_VERSION, VERSION } from "./manifest.ts";
import type { PreparedRun } from "./prepare.ts";

/** Settings that no pixel of the map depends on, or that the fingerprint names by what became of them. */
const LEFT_OUT: ReadonlySet<string> = new Set<keyof Config>([
  "$schema",
  "description",
  "model",
  "bands",
  "gsd",
  "aoi",
  "device",
  "precision",
  "workers",
  "batch",
  "maxMemory",
  "chip",
  "overlap",
  "onError",
  "outputs",
  "minArea",
  "checkpoint",
  "simplify",
  "smooth",
  "vectorCrs",
  "attribution",
]);

/** Everything that the pixels of a run depend on, by name: not workers, device, outputs or where they go. */
export async function fingerprintOf(
  run: PreparedRun,
  paths: readonly string[],
  config: Config,
): Promise<Fingerprint> {
  const { card } = run.model;
  const { grid } = run.scene;
  const settings = Object.entries(config).filter(([key]) => !LEFT_OUT.has(key));
  return {
    landstitch: VERSION,
    "ONNX Runtime": ONNXRUNTIME_VERSION,
    ...(await versionsOf(paths)),
    model: `${card.name} ${card.version} (${card.sha256.slice(0, 12)})`,
    "the model card": createHash("sha256").update(JSON.stringify(card)).digest("hex").slice(0, 12),
    bands: JSON.stringify(run.bands.map((band) => band + 1)),
    "the area of interest": run.aoi?.hash ?? "the whole scene",
    chip: String(run.plan.x.chip),
    overlap: String(run.plan.x.overlap),
    ...Object.fromEntries(settings.map(([key, value]) => [key, JSON.stringify(value)])),
    "the grid": `${grid.width} x ${grid.height} px, ${grid.affine.join(" ")}`,
  };
}

/** What changes when a file does, by "scene NAME"; files of one name in several folders are counted. */
async function versionsOf(paths: readonly string[]): Promise<Fingerprint> {
  const versions: Record<string, string> = {};
  for (const path of paths) {
    const name = `scene ${basename(shownUrl(path))}`;
    const count = Object.keys(versions).filter((key) => key === name || key.startsWith(`${name} (`)).length;
    versions[count === 0 ? name : `${name} (${count + 1})`] = await sourceVersion(path);
  }
  return versions;
}
