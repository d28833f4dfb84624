/**
 * Runs a fixture model on a device, in a process that was told of its driver: `node device-session.mjs MODEL DEVICE LEVEL TTA` prints as
 * JSON whether the model was reduced, what was fetched, and the labels of a chip of which one pixel's red has that level, or what is wrong
 * with the answer.
 */
import { readFileSync } from "node:fs";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { FLIPS, flipSamples, NO_FLIPS } from "../../dist/inference/flips.js";
import { modelCardSchema } from "../../dist/inference/model-card.js";
import { ModelSession } from "../../dist/inference/model-session.js";

const [folder, device, level, tta] = process.argv.slice(2);
const side = 64;
const card = modelCardSchema.parse(JSON.parse(readFileSync(`${folder}/model.json`, "utf8")));
const fetched = [];
const create = InferenceSession.create.bind(InferenceSession);
InferenceSession.create = async (...args) => {
  const session = await create(...args);
  const run = session.run.bind(session);
  session.run = async (...feeds) => {
    const outputs = await run(...feeds);
    for (const { type, dims } of Object.values(outputs)) fetched.push(`${type} [${dims.join(", ")}]`);
    return outputs;
  };
  return session;
};
const session = await ModelSession.open({
  modelPath: `${folder}/model.onnx`,
  card,
  executionProvider: device,
  side,
  flips: tta === "flip" ? FLIPS : NO_FLIPS,
  overlap: { px: 8, isBlended: true },
});
const samples = Uint8Array.from({ length: side * side * 3 }, (_, i) => 20 + ((i * (i >> 5)) % 230));
samples[samples.length / 2] = Number(level);
const shown = (flip) => new Tensor("uint8", flipSamples(samples, side, 3, flip), [1, side, side, 3]);
const run = await session.run(shown, { batch: 1, side });
const winners = { labels: new Uint8Array(side * side), confidence: new Uint8Array(side * side) };
let fault = null;
try {
  run.read(0, { scores: new Float32Array(card.classes.length * side * side), winners });
} catch (error) {
  fault = error.message;
}
const labels = fault === null ? Buffer.from(winners.labels).toString("base64") : null;
process.stdout.write(
  JSON.stringify({ isReduced: session.isReduced, fetched: fetched.sort(), fault, labels }),
);
