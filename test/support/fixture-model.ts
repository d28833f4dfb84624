import { fileURLToPath } from "node:url";
import { loadModel, type Model } from "../../src/inference/model.ts";

/** Folder of a tiny model with a known answer (test/fixtures/models/README.md). */
export function fixtureModelPath(name: string): string {
  return fileURLToPath(new URL(`../fixtures/models/${name}`, import.meta.url));
}

export function fixtureModel(name: string): Promise<Model> {
  return loadModel(fixtureModelPath(name));
}
