/**
 * Runs a fixture model on WebGPU, in a process that was told of a Vulkan driver: `node webgpu-session.mjs MODEL LEVEL` prints as JSON whether
 * the model was reduced, what was fetched, and what is wrong with the answer to a chip of which one pixel's red has that level.
 */
import { readFileSync } from "node:fs";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { modelCardSchema } from "../../dist/inference/model-card.js";
import { ModelSession } from "../../dist/inference/model-session.js";

const [folder, level] = process.argv.slice(2);
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
const setup = {
  modelPath: `${folder}/model.onnx`,
  card,
  executionProvider: "webgpu",
  side,
  overlap: { px: 8, isBlended: true },
};
const session = await ModelSession.open(setup);
const samples = new Uint8Array(side * side * 3).fill(100);
samples[samples.length / 2] = Number(level);
const run = await session.run(new Tensor("uint8", samples, [1, side, side, 3]), { batch: 1, side });
const winners = { labels: new Uint8Array(side * side), confidence: new Uint8Array(side * side) };
let fault = null;
try {
  run.read(0, { scores: new Float32Array(card.classes.length * side * side), winners });
} catch (error) {
  fault = error.message;
}
process.stdout.write(JSON.stringify({ isReduced: session.isReduced, fetched: fetched.sort(), fault }));
