import { buffer } from "node:stream/consumers";
import { Tensor } from "onnxruntime-node";
import { messageOf } from "../errors.ts";
import { type SampleType, sampleArray } from "../scene/raster-block.ts";
import { type Flip, flipSamples, flipsOf, type Tta } from "./flips.ts";
import type { WorkerSetup } from "./inference-task.ts";
import { inputDims, inputTensorData } from "./input-tensor.ts";
import { modelCardSchema } from "./model-card.ts";
import { ModelSession } from "./model-session.ts";
import type { Overlap } from "./reduced-model.ts";
import { findWinners } from "./winners.ts";

/**
 * Child process that tries a device: `node device-probe.js DEVICE MODEL CARD SAMPLETYPE SIDE TTA`, with the samples of a crop on standard
 * input (see probe-crop). Prints "same" when the device labels at least 99.9 % of the cells as the CPU does by all scores, else the share
 * that agrees, or "failed: " and the runtime's own message. The device does what it will do in a run: a model for every pixel is reduced.
 */
const [device = "", modelPath = "", cardJson = "{}", sampleType = "uint8", sideText = "0", tta = "none"] =
  process.argv.slice(2);
const card = modelCardSchema.parse(JSON.parse(cardJson));
const side = Number(sideText);
const bands = card.input.bands.length;
const crop = sampleArray(sampleType as SampleType, side * side * bands);
/** A strip at each edge, as neighbouring chips would share it. */
const overlap: Overlap = { px: side >> 3, isBlended: true };
type Provider = WorkerSetup["executionProvider"];

try {
  new Uint8Array(crop.buffer).set(await buffer(process.stdin));
  const [expected, found] = [await labels("cpu", null), await labels(device as Provider, overlap)];
  const agreeing = expected.reduce((count, label, cell) => count + (found[cell] === label ? 1 : 0), 0);
  const share = agreeing / expected.length;
  process.stdout.write(share >= 0.999 ? "same\n" : `${(share * 100).toFixed(2)} % agree\n`);
} catch (error) {
  process.stdout.write(`failed: ${messageOf(firstCause(error))}\n`);
}

/** What the runtime itself threw: that a session cannot be had is here no fault of the model's file. */
function firstCause(error: unknown): unknown {
  return error instanceof Error && error.cause !== undefined ? firstCause(error.cause) : error;
}

/** What wins in each cell; in the overlap by the scores that it would be blended with. */
async function labels(executionProvider: Provider, overlapped: Overlap | null): Promise<Uint8Array> {
  const { input, output } = card;
  const session = await ModelSession.open({
    modelPath,
    card,
    executionProvider,
    side,
    flips: flipsOf(tta as Tta),
    overlap: overlapped,
  });
  const dims = inputDims(input, 1, { width: side, height: side });
  const shown = (flip: Flip) =>
    new Tensor(input.dtype, inputTensorData(flipSamples(crop, side, bands, flip), side * side, input), dims);
  const run = await session.run(shown, { batch: 1, side });
  const cells = side / output.stride;
  const scores = new Float32Array(card.classes.length * cells ** 2);
  const newWinners = () => ({ labels: new Uint8Array(cells ** 2), confidence: new Uint8Array(cells ** 2) });
  const [winners, byScores] = [newWinners(), newWinners()];
  run.read(0, { scores, winners });
  const channels = Uint8Array.from(card.classes, ({ id }) => id);
  findWinners(scores, channels, byScores, { from: 0, to: cells ** 2, at: 0 });
  if (!session.isReduced) return byScores.labels;
  return winners.labels.map((label, cell) => (isInOverlap(cell) ? byScores.labels[cell]! : label));
}

function isInOverlap(cell: number): boolean {
  return [cell % side, Math.floor(cell / side)].some((at) => at < overlap.px || at >= side - overlap.px);
}
