import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { bareFacts, trialOptions } from "../../src/inference/bare-model.ts";
import { cardFaults } from "../../src/inference/card-faults.ts";
import { deriveCard } from "../../src/inference/derive-card.ts";
import type { ModelCard } from "../../src/inference/model-card.ts";
import { tryModel } from "../../src/inference/try-model.ts";
import { WorkerPool } from "../../src/inference/worker-pool.ts";
import { stitch } from "../../src/stitcher/stitcher.ts";
import { planChips } from "../../src/tiler/chip-plan.ts";
import { readChips } from "../../src/tiler/tiler.ts";
import { MATRIX } from "../support/matrix-models.ts";
import { memoryScene } from "../support/memory-scene.ts";
import { blotchyRgb } from "../support/random.ts";
import { scratchFolder } from "../support/scratch.ts";

const scratch = scratchFolder();
for (const { name, graph } of MATRIX) writeFileSync(join(scratch, `${name}.onnx`), graph);

const [WIDTH, HEIGHT] = [150, 130];
const bytes = blotchyRgb(WIDTH, HEIGHT, 7);
/** Low bytes that change the sums: only a model that sees all sixteen bits answers right. */
const words = Uint16Array.from(bytes, (value, i) => value * 256 + ((i * 37) % 256));

describe.each(MATRIX)("$name", ({ name, card }) => {
  const path = join(scratch, `${name}.onnx`);

  test("maps what its formula says", async () => {
    const data = card.input.dtype === "uint16" ? words : bytes;
    const labels = await mapped({ path, card }, data);
    const cells = cellLabels(data, card.output.stride);
    let compared = 0;
    for (let row = 0; row < HEIGHT; row++) {
      for (let col = 0; col < WIDTH; col++) {
        const expected = certainLabel(cells, card.output.stride, col, row);
        if (expected === null) continue;
        compared++;
        if (labels[row * WIDTH + col] !== expected) expect.fail(`label at column ${col}, row ${row}`);
      }
    }
    expect(compared).toBeGreaterThan((WIDTH * HEIGHT) / 3);
  });

  test("is understood without a card, by its metadata and what it answers", async () => {
    const { keys } = await bareFacts(path);
    const trial = await tryModel(path, trialOptions(keys));
    expect(cardFaults(card, trial, card.chip)).toEqual([]);
    const derived = deriveCard({ path, sha256: card.sha256, keys, trial });
    const facts = ({
      version: _,
      description: __,
      license: ___,
      architecture: ____,
      classes,
      ...rest
    }: ModelCard) => ({
      ...rest,
      classes: classes.map(({ id, name: label }) => ({ id, name: label })),
    });
    expect(facts(derived)).toEqual(facts(card));
  });
});

async function mapped(
  model: { path: string; card: ModelCard },
  data: Uint8Array | Uint16Array,
): Promise<Uint8Array> {
  const { card } = model;
  const scene = memoryScene({ data, width: WIDTH, height: HEIGHT });
  const pool = new WorkerPool(model, { workers: 1, executionProvider: "cpu" });
  const plan = planChips(scene.grid, { chip: card.chip, overlap: card.overlap });
  const { stride, margin } = card.output;
  const classIds = card.classes.map(({ id }) => id);
  const labels = new Uint8Array(WIDTH * HEIGHT);
  try {
    await pool.check(card.chip);
    const chips = readChips(scene, plan, { bands: [0, 1, 2], readAhead: 2 });
    for await (const strip of stitch(pool.infer(chips), { plan, classIds, stride, margin, blend: "hann" }))
      labels.set(strip.labels, strip.row * WIDTH);
  } finally {
    await pool.close();
  }
  return labels;
}

/** (r + g + b) / levels of a cell's mean; null for a cell that reaches past the scene. */
function cellLabels(
  data: Uint8Array | Uint16Array,
  stride: number,
): (col: number, row: number) => number | null {
  const levels = data instanceof Uint16Array ? 65536 : 256;
  return (col, row) => {
    if (col < 0 || row < 0 || (col + 1) * stride > WIDTH || (row + 1) * stride > HEIGHT) return null;
    let sum = 0;
    for (let y = row * stride; y < (row + 1) * stride; y++) {
      const start = (y * WIDTH + col * stride) * 3;
      for (let i = start; i < start + 3 * stride; i++) sum += data[i]!;
    }
    return Math.floor(sum / (stride * stride * levels));
  };
}

/** The label of a pixel whose neighbouring cells, between which scores are interpolated, all have it; null for others. */
function certainLabel(
  cells: (col: number, row: number) => number | null,
  stride: number,
  col: number,
  row: number,
): number | null {
  if (stride === 1) return cells(col, row);
  const [x, y] = [(col + 0.5) / stride - 0.5, (row + 0.5) / stride - 0.5];
  const around = [Math.floor(x), Math.ceil(x)].flatMap((c) => [
    cells(c, Math.floor(y)),
    cells(c, Math.ceil(y)),
  ]);
  return around.every((label) => label === around[0]) ? around[0]! : null;
}
