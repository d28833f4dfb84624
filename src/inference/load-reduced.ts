import { open } from "node:fs/promises";
import { Tensor } from "onnxruntime-node";
import { type Channels, channelsOf, type FullSizeScores, fullSizeScores } from "./full-size-scores.ts";
import { inputDims, newTensorData } from "./input-tensor.ts";
import { fixedBatchOf, loadGraph, type SessionSetup } from "./load-graph.ts";
import { reducedModel } from "./reduced-model.ts";

/**
 * On a GPU it always does: all scores would cross the bus. On the CPU there is none. Logits are reduced there too: 6 ms for 512 px and five
 * classes, where softmax in JavaScript takes 18. Probabilities of chips that are shown once are looked at as they come: that takes 1.4 ms,
 * the graph's nodes would take 5.
 */
function pays({ card: { output }, executionProvider, flips }: SessionSetup): boolean {
  return output.stride === 1 && (output.kind === "logits" || executionProvider !== "cpu" || flips.length > 1);
}

/**
 * A session of the reduced model. Null where it cannot be reduced, or the runtime does not take it so: what is wrong with the model itself
 * is told when it is loaded as it is.
 */
export async function loadReduced(setup: SessionSetup) {
  const { modelPath, card, side, overlap, flips } = setup;
  if (overlap === null || !pays(setup)) return null;
  const file = await readWithRoom(modelPath).catch(() => null);
  if (file === null) return null;
  const { bytes, size } = file;
  const scores = fullSizeScores(bytes.subarray(0, size), card);
  if (scores === null) return null;
  const channels = scores.channels ?? (await shownChannels(setup, scores).catch(() => null));
  if (channels === null) return null;
  const model = reducedModel({ scores, channels, card, side, overlap, looks: flips.length });
  if (model.nodes.length > ROOM) return null;
  bytes.set(model.nodes, size);
  const session = await loadGraph(bytes.subarray(0, size + model.nodes.length), setup).catch(() => null);
  return session === null ? null : { model, session };
}

/** What the channels tell of, where the file does not say it, by the answer to a blank chip; null where that is not what the card says. */
async function shownChannels(setup: SessionSetup, { name }: FullSizeScores): Promise<Channels | null> {
  const { card, side, modelPath } = setup;
  const { input, output } = card;
  const session = await loadGraph(modelPath, setup);
  try {
    const batch = fixedBatchOf(session, card) ?? 1;
    const dims = inputDims(input, batch, { width: side, height: side });
    const blank = newTensorData(input.dtype, batch * side * side * input.bands.length);
    const feeds = { [input.name ?? session.inputNames[0]!]: new Tensor(input.dtype, blank, dims) };
    const shown = (await session.run(feeds, [name]))[name]!.dims;
    return shown.length === 4 ? channelsOf(shown[output.layout === "nchw" ? 1 : 3]!, card) : null;
  } finally {
    await session.release();
  }
}

/** Bytes that may be appended to a model. */
const ROOM = 1 << 16;

/** A model's bytes, once, with room behind them: models are large. Throws RangeError past 2 GiB, which ONNX Runtime does not take as bytes. */
async function readWithRoom(path: string): Promise<{ readonly bytes: Uint8Array; readonly size: number }> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    if (size + ROOM >= 2 ** 31) throw new RangeError(`${path} has ${size} bytes`);
    const bytes = Buffer.allocUnsafe(size + ROOM);
    const { bytesRead } = await file.read(bytes, 0, size, 0);
    return { bytes, size: bytesRead };
  } finally {
    await file.close();
  }
}
