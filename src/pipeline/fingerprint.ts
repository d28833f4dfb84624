import { createHash } from "node:crypto";
import { basename } from "node:path";
import { sourceVersion } from "../scene/byte-source.ts";
import type { Fingerprint } from "./checkpoint.ts";
import type { Config } from "./config.ts";
import { ONNXRUNTIME_VERSION, VERSION } from "./manifest.ts";
import type { PreparedRun } from "./prepare.ts";

/** Everything that the pixels of a run depend on, and nothing else: not workers, device, outputs or where they go. */
export async function fingerprintOf(
  run: PreparedRun,
  paths: readonly string[],
  config: Config,
): Promise<Fingerprint> {
  const { card } = run.model;
  const { grid } = run.scene;
  const versions = await Promise.all(
    paths.map(async (path) => [`scene ${basename(path)}`, await sourceVersion(path)] as const),
  );
  return {
    landstitch: VERSION,
    "ONNX Runtime": ONNXRUNTIME_VERSION,
    ...Object.fromEntries(versions),
    model: `${card.name} ${card.version} (${card.sha256.slice(0, 12)})`,
    "the model card": createHash("sha256").update(JSON.stringify(card)).digest("hex").slice(0, 12),
    bands: JSON.stringify(run.bands.map((band) => band + 1)),
    rescale: JSON.stringify(config.rescale ?? null),
    nodata: JSON.stringify(config.nodata ?? null),
    "the grid": `${grid.width} x ${grid.height} px, ${grid.affine.join(" ")}`,
    "the area of interest": run.aoi?.hash ?? "the whole scene",
    chip: String(run.plan.x.chip),
    overlap: String(run.plan.x.overlap),
    blend: config.blend,
    tta: config.tta,
  };
}
