import { readFileSync } from "node:fs";
import { unzipSync } from "fflate";
import { type ModelCard, modelCardSchema } from "../../src/inference/model-card.ts";
import { fixtureModelPath } from "./fixture-model.ts";

/** One of the models of test/fixtures/models/make_full_size.py. */
export interface FullSizeModel {
  readonly name: string;
  readonly card: ModelCard;
  readonly graph: Uint8Array;
  /** Chips to a run, and their side (px): the only ones where the graph is fixed. */
  readonly batch: number;
  readonly side: number;
}

const pixelwise = JSON.parse(readFileSync(`${fixtureModelPath("pixelwise")}/model.json`, "utf8"));
/** Class ids are no places of channels. */
const IDS = [7, 0, 254, 3];

/** All of them, by name: layout-kind-channels-opset. One channel tells of the second of two classes. */
export const FULL_SIZE: readonly FullSizeModel[] = Object.entries(
  unzipSync(readFileSync(new URL("../fixtures/models/full-size.zip", import.meta.url))),
).map(([path, graph]) => {
  const name = path.slice(0, -".onnx".length);
  const [layout, kind, channels] = name.split("-");
  const classes = IDS.slice(0, channels === "1" ? 2 : 4).map((id) => ({
    id,
    name: `class ${id}`,
    color: "#000000",
  }));
  const card = modelCardSchema.parse({
    ...pixelwise,
    name,
    classes,
    output: { name: "scores", kind, layout, stride: 1, margin: 0 },
  });
  const isFixed = name.endsWith("-fixed");
  return { name, card, graph, batch: isFixed ? 2 : 1, side: isFixed ? 33 : 48 };
});
