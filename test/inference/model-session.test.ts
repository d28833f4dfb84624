import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Tensor } from "onnxruntime-node";
import { afterEach, describe, expect, test, vi } from "vitest";
import { NO_FLIPS } from "../../src/inference/flips.ts";
import { fullSizeScores } from "../../src/inference/full-size-scores.ts";
import type { AnswerMemory } from "../../src/inference/inference-task.ts";
import type { SessionSetup } from "../../src/inference/load-graph.ts";
import type { ModelCard } from "../../src/inference/model-card.ts";
import { ModelSession } from "../../src/inference/model-session.ts";
import { reducedModel } from "../../src/inference/reduced-model.ts";
import { fixtureModel } from "../support/fixture-model.ts";
import { FULL_SIZE } from "../support/full-size-models.ts";
import { blotchyRgb } from "../support/random.ts";
import { scratchFolder } from "../support/scratch.ts";
import { watchSessions } from "../support/watch-sessions.ts";

const SIDE = 64;
const overlap = { px: 8, isBlended: true };
const scratch = scratchFolder();
const { card, graph } = FULL_SIZE.find(({ name }) => name === "nchw-logits-4-opset11")!;
const modelPath = join(scratch, "model.onnx");
writeFileSync(modelPath, graph);
const image = blotchyRgb(SIDE, SIDE, 3).map((level) => Math.max(15, level));

const setupOf = (changes: Partial<SessionSetup> = {}): SessionSetup => ({
  ...{ modelPath, card, executionProvider: "cpu", side: SIDE, flips: NO_FLIPS, overlap },
  ...changes,
});
const cardWith = (output: Partial<ModelCard["output"]>): ModelCard => ({
  ...card,
  output: { ...card.output, ...output },
});

async function answerOf(session: ModelSession, batch = 1): Promise<AnswerMemory> {
  const data = new Uint8Array(image.length * batch);
  for (let i = 0; i < batch; i++) data.set(image, i * image.length);
  const shown = new Tensor("uint8", data, [batch, SIDE, SIDE, 3]);
  const run = await session.run(() => shown, { batch, side: SIDE });
  const cells = SIDE * SIDE;
  const winners = { labels: new Uint8Array(cells), confidence: new Uint8Array(cells) };
  const memory = { scores: new Float32Array(4 * cells), winners };
  run.read(batch - 1, memory);
  return memory;
}

afterEach(() => void vi.restoreAllMocks());

describe("logits for every pixel", () => {
  test.each([
    { isBlended: true, bytes: 2 * SIDE * SIDE + 2 * 4 * 4 * 8 * SIDE },
    { isBlended: false, bytes: 2 * SIDE * SIDE },
  ])(
    "never come out of the session, as floats not one a pixel: blended $isBlended",
    async ({ isBlended, bytes }) => {
      const fetched = watchSessions();
      const session = await ModelSession.open(setupOf({ overlap: { px: 8, isBlended } }));
      await answerOf(session, 3);
      expect(session.isReduced).toBe(true);
      const floats = fetched.filter(({ type }) => type !== "int32");
      expect(floats.map(({ type, size }) => `${size} of ${type}`)).toEqual([`${3 * 4} of float32`]);
      const words = fetched.filter(({ type }) => type === "int32");
      expect(words.reduce((sum, { size }) => sum + 4 * size, 0)).toBe(3 * bytes);
    },
  );

  test("come whole where all scores are asked for", async () => {
    const session = await ModelSession.open(setupOf({ overlap: null }));
    expect(session.isReduced).toBe(false);
    const { winners } = await answerOf(session);
    expect((await answerOf(await ModelSession.open(setupOf()), 2)).winners).toEqual(winners);
  });
});

describe("a model runs as it is", () => {
  test.each([
    {
      what: "where its probabilities are at hand on the CPU",
      setup: { card: cardWith({ kind: "softmax" }) },
    },
    {
      what: "where it answers for cells of several pixels",
      setup: { card: { ...card, ...cardWith({ stride: 4 }) } },
    },
  ])("$what", async ({ setup }) => {
    expect((await ModelSession.open(setupOf(setup))).isReduced).toBe(false);
  });

  test("where it has the names already that would be added", async () => {
    const path = join(scratch, "taken.onnx");
    const scores = fullSizeScores(graph, card)!;
    const { nodes } = reducedModel({ scores, channels: "each", card, side: SIDE, overlap, looks: 1 });
    writeFileSync(path, Buffer.concat([graph, nodes]));
    const session = await ModelSession.open(setupOf({ modelPath: path }));
    expect(session.isReduced).toBe(false);
    expect((await answerOf(session)).winners).toEqual(
      (await answerOf(await ModelSession.open(setupOf()))).winners,
    );
  });

  test("from then on where the device cannot do what is added", async () => {
    const expected = await answerOf(await ModelSession.open(setupOf({ overlap: null })));
    watchSessions((run, wanted) =>
      wanted.includes("scores") ? run() : Promise.reject(new Error("no kernel for Equal")),
    );
    const session = await ModelSession.open(setupOf());
    expect(session.isReduced).toBe(true);
    expect(await answerOf(session)).toEqual(expected);
    expect(session.isReduced).toBe(false);
    expect(await answerOf(session)).toEqual(expected);
  });

  test("where chips are of another size than it was opened for", async () => {
    const session = await ModelSession.open(setupOf({ side: 2 * SIDE }));
    expect((await answerOf(session)).winners).toEqual(
      (await answerOf(await ModelSession.open(setupOf()))).winners,
    );
    expect(session.isReduced).toBe(false);
  });

  test("but not where the memory is too small: a smaller batch is the answer", async () => {
    watchSessions(() => Promise.reject(new Error("CUDA failure 2: out of memory")));
    const session = await ModelSession.open(setupOf());
    await expect(answerOf(session)).rejects.toThrow("out of memory");
    expect(session.isReduced).toBe(true);
  });
});

describe("what is wrong is told by the model's own inputs and outputs:", () => {
  test("another size than its card promises", async () => {
    const { path, card: stride4 } = await fixtureModel("stride4");
    const wrong: ModelCard = { ...stride4, output: { ...stride4.output, kind: "logits", stride: 1 } };
    const session = await ModelSession.open(setupOf({ modelPath: path, card: wrong }));
    await expect(answerOf(session)).rejects.toThrow(
      "the model answers with shape [1, 3, 16, 16], but by its card it should be [1, 3, 64, 64]",
    );
  });

  test.each([
    {
      card: { ...card, input: { ...card.input, name: "picture" } },
      message: 'no input "picture"; it has "image"',
    },
    { card: cardWith({ name: "answer" }), message: 'no output "answer"; it has "scores"' },
    {
      card: cardWith({ layout: "nhwc" }),
      message: "answers [batch, 4, height, width], but its card says nhwc",
    },
    { card: { ...card, classes: card.classes.slice(1) }, message: "answers 4 classes, but its card names 3" },
  ])("$message", async ({ card: wrong, message }) => {
    await expect(ModelSession.open(setupOf({ card: wrong }))).rejects.toThrow(message);
  });

  test("no model at all", async () => {
    const path = join(scratch, "cut.onnx");
    writeFileSync(path, readFileSync(modelPath).subarray(0, graph.length >> 1));
    await expect(ModelSession.open(setupOf({ modelPath: path }))).rejects.toThrow(
      "not an ONNX model that can be loaded",
    );
  });
});
