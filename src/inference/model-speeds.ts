import { readFile } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod";
import { MODELS_FOLDER } from "./model.ts";
import type { ModelCard } from "./model-card.ts";

/** Where `npm run bench:models` writes what it measured. */
export const SPEEDS_FILE = join(MODELS_FOLDER, "speeds.json");

const speedsSchema = z.object({
  measured: z.string(),
  speeds: z.record(z.string(), z.object({ sha256: z.string(), megapixelsPerCpuSecond: z.number() })),
});

/** Speeds of the models that come with landstitch, and where and when they were measured. */
export type ModelSpeeds = z.infer<typeof speedsSchema>;

export async function readModelSpeeds(): Promise<ModelSpeeds> {
  return speedsSchema.parse(JSON.parse(await readFile(SPEEDS_FILE, "utf8")));
}

/** Megapixels of scene per second of one core; null for a model that was not measured as it is now. */
export function speedOf({ name, sha256 }: ModelCard, { speeds }: ModelSpeeds): number | null {
  const measured = speeds[name];
  return measured?.sha256 === sha256 ? measured.megapixelsPerCpuSecond : null;
}
