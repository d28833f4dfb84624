import { readFileSync } from "node:fs";
import { strFromU8, unzipSync } from "fflate";
import { type ModelCard, modelCardSchema } from "../../src/inference/model-card.ts";

/** One of the models of test/fixtures/models/make_matrix.py. */
export interface MatrixModel {
  readonly name: string;
  readonly card: ModelCard;
  readonly graph: Uint8Array;
}

const files = unzipSync(readFileSync(new URL("../fixtures/models/matrix.zip", import.meta.url)));

/** All of them, by name. */
export const MATRIX: readonly MatrixModel[] = Object.keys(files)
  .filter((path) => path.endsWith(".onnx"))
  .map((path) => {
    const name = path.slice(0, -".onnx".length);
    const card = modelCardSchema.parse(JSON.parse(strFromU8(files[`${name}.json`]!)));
    return { name, card, graph: files[path]! };
  });
