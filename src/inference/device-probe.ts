import { buffer } from "node:stream/consumers";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { type SampleType, sampleArray } from "../scene/raster-block.ts";
import { inputTensorData } from "./input-tensor.ts";
import { modelCardSchema } from "./model-card.ts";
import { scoresOf } from "./output-scores.ts";
import { findWinners } from "./winners.ts";

/**
 * Child process that tries a device: `node device-probe.js DEVICE MODEL CARD SAMPLETYPE SIDE`, with the samples of a crop on standard
 * input (see probe-crop). Prints "same" when the device labels at least 99.9 % of the cells as the CPU does, else the share that
 * agrees, or "failed: " and the runtime's own message.
 */
const [device = "", modelPath = "", cardJson = "{}", sampleType = "uint8", sideText = "0"] =
  process.argv.slice(2);
const card = modelCardSchema.parse(JSON.parse(cardJson));
const side = Number(sideText);
const bands = card.input.bands.length;
const crop = sampleArray(sampleType as SampleType, side * side * bands);
try {
  new Uint8Array(crop.buffer).set(await buffer(process.stdin));
  const [expected, found] = [await labels("cpu"), await labels(device)];
  const agreeing = expected.reduce((count, label, cell) => count + (found[cell] === label ? 1 : 0), 0);
  const share = agreeing / expected.length;
  process.stdout.write(share >= 0.999 ? "same\n" : `${(share * 100).toFixed(2)} % agree\n`);
} catch (error) {
  process.stdout.write(`failed: ${error instanceof Error ? error.message : String(error)}\n`);
}

async function labels(provider: string): Promise<readonly number[]> {
  const session = await InferenceSession.create(modelPath, {
    executionProviders: [provider],
    logSeverityLevel: 3,
  });
  const { input, output } = card;
  const dims = input.layout === "nhwc" ? [1, side, side, bands] : [1, bands, side, side];
  const tensor = new Tensor(input.dtype, inputTensorData(crop, side * side, input), dims);
  const outputs = await session.run({ [input.name ?? session.inputNames[0]!]: tensor });
  const answer = outputs[output.name ?? session.outputNames[output.index]!]!;
  const cells = side / output.stride;
  const scores = scoresOf(answer, card, { width: cells, height: cells });
  const winners = { labels: new Uint8Array(cells ** 2), confidence: new Uint8Array(cells ** 2) };
  const channels = Uint8Array.from(card.classes, (_, channel) => channel);
  findWinners(scores, channels, winners, { from: 0, to: cells ** 2, at: 0 });
  return [...winners.labels];
}
