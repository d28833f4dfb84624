import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import type { Model } from "../../src/inference/model.ts";
import { WorkerPool } from "../../src/inference/worker-pool.ts";
import type { Scene } from "../../src/scene/scene.ts";
import type { Blend } from "../../src/stitcher/blend.ts";
import { stitch } from "../../src/stitcher/stitcher.ts";
import { planChips } from "../../src/tiler/chip-plan.ts";
import { readChips } from "../../src/tiler/tiler.ts";
import { fixtureModel } from "../support/fixture-model.ts";
import { FULL_SIZE } from "../support/full-size-models.ts";
import { memoryScene } from "../support/memory-scene.ts";
import { blotchyRgb } from "../support/random.ts";
import { scratchFolder } from "../support/scratch.ts";

const scratch = scratchFolder();

interface MapOptions {
  readonly chip: number;
  readonly overlap: number;
  readonly blend: Blend;
}

async function mapInMemory(
  scene: Scene,
  { card }: Model,
  pool: WorkerPool,
  { chip, overlap, blend }: MapOptions,
) {
  const plan = planChips(scene.grid, { chip, overlap });
  const chips = readChips(scene, plan, { bands: card.input.bands.map((_, i) => i), readAhead: 2 });
  const labels = new Uint8Array(scene.grid.width * scene.grid.height);
  const confidence = new Uint8Array(labels.length);
  const { stride, margin } = card.output;
  const classIds = card.classes.map(({ id }) => id);
  for await (const strip of stitch(pool.infer(chips), { plan, classIds, stride, margin, blend })) {
    labels.set(strip.labels, strip.row * scene.grid.width);
    confidence.set(strip.confidence, strip.row * scene.grid.width);
  }
  return { labels, confidence };
}

function sceneOf(width: number, height: number, mask: Uint8Array | null = null, darkest = 0) {
  const data = blotchyRgb(width, height, width * 31 + height).map((level) => Math.max(darkest, level));
  const pixels = width * height;
  const expected = Uint8Array.from({ length: pixels }, (_, i) =>
    mask?.[i] === 0 ? 255 : (data[i * 3]! + data[i * 3 + 1]! + data[i * 3 + 2]!) >> 8,
  );
  return { scene: memoryScene({ data, width, height, mask }), expected };
}

/** Holes: a block larger than a small chip, and a diagonal of single pixels. */
function holes(width: number, height: number): Uint8Array {
  return Uint8Array.from({ length: width * height }, (_, i) => {
    const [col, row] = [i % width, Math.floor(i / width)];
    return (col >= 96 && col < 330 && row >= 100 && row < 310) || col === row ? 0 : 1;
  });
}

const SCENES = {
  "smaller than a chip": sceneOf(90, 70),
  "not a multiple of the stride": sceneOf(517, 391),
  "1 px wide": sceneOf(1, 700),
  "with nodata holes": sceneOf(450, 333, holes(450, 333)),
};

const pixelwise = await fixtureModel("pixelwise");
const pools = new Map<string, WorkerPool>();

function poolOf(model: Model, workers: number): WorkerPool {
  const key = `${model.card.name} ${workers}`;
  const pool = pools.get(key) ?? new WorkerPool(model, { workers, executionProvider: "cpu" });
  pools.set(key, pool);
  return pool;
}

afterAll(async () => {
  for (const pool of pools.values()) await pool.close();
});

describe.each([128, 200, 256, 512])("chips of %i px", (chip) => {
  describe.each([0, 32, 64])("with %i px overlap", (overlap) => {
    test.each(["hann", "crop"] as const)(
      "map every pixel as direct evaluation does, for any number of workers: %s",
      async (blend) => {
        for (const { scene, expected } of Object.values(SCENES)) {
          const maps = [];
          for (const workers of [1, 2, 4]) {
            maps.push(
              await mapInMemory(scene, pixelwise, poolOf(pixelwise, workers), { chip, overlap, blend }),
            );
          }
          const [one, two, four] = maps;
          expect(Buffer.compare(one!.labels, expected)).toBe(0);
          for (const other of [two!, four!]) {
            expect(Buffer.compare(other.labels, one!.labels)).toBe(0);
            expect(Buffer.compare(other.confidence, one!.confidence)).toBe(0);
          }
        }
      },
    );
  });
});

test.each([
  { chip: 200, overlap: 64, blend: "crop" as const },
  { chip: 256, overlap: 64, blend: "hann" as const },
  { chip: 256, overlap: 96, blend: "hann" as const },
])(
  "a model that sees 32 px around leaves no seam: $chip px chips, $overlap px overlap, $blend",
  async ({ chip, overlap, blend }) => {
    const model = await fixtureModel("box65");
    const [width, height] = [600, 450];
    const { scene } = sceneOf(width, height);
    const { data } = await scene.read({ col: 0, row: 0, width, height });
    const { labels } = await mapInMemory(scene, model, poolOf(model, 2), { chip, overlap, blend });
    const wrong = [];
    for (let row = 32; row < height - 32; row++) {
      for (let col = 32; col < width - 32; col++) {
        if (labels[row * width + col] !== boxLabel(data as Uint8Array, width, col, row))
          wrong.push([col, row]);
      }
    }
    expect(wrong).toEqual([]);
  },
);

/** 1 where the mean of green over 65 x 65 px is above 127.5. */
function boxLabel(data: Uint8Array, width: number, col: number, row: number): number {
  let sum = 0;
  for (let y = row - 32; y <= row + 32; y++) {
    for (let x = col - 32; x <= col + 32; x++) sum += data[(y * width + x) * 3 + 1]!;
  }
  return sum > 127.5 * 65 * 65 ? 1 : 0;
}

test.each(["labels", "logits-nhwc", "fixed64"])(
  "a model that answers with %s maps as the plain one does",
  async (name) => {
    const model = await fixtureModel(name);
    const { scene, expected } = SCENES["with nodata holes"];
    const { labels } = await mapInMemory(scene, model, poolOf(model, 2), {
      chip: 64,
      overlap: 16,
      blend: "hann",
    });
    expect(Buffer.compare(labels, expected)).toBe(0);
  },
);

describe.each(["nchw-logits-4-opset11", "nhwc-logits-1-opset18"])("a model for every pixel: %s", (name) => {
  const path = join(scratch, `${name}.onnx`);
  const { card, graph } = FULL_SIZE.find((model) => model.name === name)!;
  writeFileSync(path, graph);
  const { scene } = sceneOf(450, 333, holes(450, 333), 16);

  test.each([
    { blend: "hann", px: 24, margin: 0 },
    { blend: "hann", px: 40, margin: 12 },
    { blend: "hann", px: 16, margin: 8 },
    { blend: "hann", px: 0, margin: 0 },
    { blend: "crop", px: 24, margin: 0 },
    { blend: "crop", px: 40, margin: 12 },
  ] as const)(
    "maps by what is left of its scores as by all of them: $blend over $px px, $margin px of margin",
    async ({ blend, px, margin }) => {
      const model = { path, card: { ...card, output: { ...card.output, margin } } };
      const maps = [];
      for (const overlap of [undefined, { px, isBlended: blend === "hann" }]) {
        const pool = new WorkerPool(model, {
          ...{ workers: 2, executionProvider: "cpu", batch: 3 },
          ...(overlap === undefined ? {} : { overlap }),
        });
        try {
          maps.push(await mapInMemory(scene, model, pool, { chip: 80, overlap: px, blend }));
        } finally {
          await pool.close();
        }
      }
      const [whole, reduced] = maps;
      expect(new Set(whole!.labels).size).toBeGreaterThan(2);
      if (blend === "crop" || px === 0) expect(reduced).toEqual(whole);
      const isOff = (values: Uint8Array, others: Uint8Array, most: number) =>
        values.reduce((count, value, i) => count + (Math.abs(value - others[i]!) > most ? 1 : 0), 0);
      expect(isOff(reduced!.labels, whole!.labels, 0)).toBeLessThan(reduced!.labels.length / 10_000);
      expect(isOff(reduced!.confidence, whole!.confidence, 0)).toBeLessThan(reduced!.labels.length / 500);
      expect(isOff(reduced!.confidence, whole!.confidence, 1)).toBe(0);
    },
  );
});

test("an answer that is not a number stops the map and names the chip", async () => {
  const model = await fixtureModel("nan");
  const width = 200;
  const data = new Uint8Array(width * width * 3).fill(100);
  data[(150 * width + 150) * 3] = 13;
  const scene = memoryScene({ data, width, height: width });
  const mapping = mapInMemory(scene, model, poolOf(model, 2), { chip: 128, overlap: 32, blend: "hann" });
  await expect(mapping).rejects.toThrow(
    "Inference failed for the chip of 128 x 128 px at column 96, row 96: the model answers NaN or infinity.",
  );
});
