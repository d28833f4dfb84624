import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { findWinners } from "../../src/inference/winners.ts";
import { type LabelStrip, type ScoredChip, stitch } from "../../src/stitcher/stitcher.ts";
import { type ChipPlan, planChips, plannedChips } from "../../src/tiler/chip-plan.ts";
import { seededRandom } from "../support/random.ts";

const CLASS_IDS = [3, 7, 20];

/** Scores of the whole cell lattice, [class][row][col], as a model that knows each cell would give them. */
function latticeScores(plan: ChipPlan, stride: number, seed: number) {
  const random = seededRandom(seed);
  const cols = ((plan.x.count - 1) * plan.x.stride + plan.x.chip) / stride;
  const rows = ((plan.y.count - 1) * plan.y.stride + plan.y.chip) / stride;
  const values = Float32Array.from(
    { length: cols * rows * CLASS_IDS.length },
    () => Math.round(random() * 64) / 64,
  );
  if (seed % 2 === 0) smooth(values);
  return { cols, rows, values };
}

/** Makes neighbours along a row alike, so that they agree on a winner, or are of two that no third one comes between. */
function smooth(values: Float32Array): void {
  for (let i = 1; i < values.length; i++) values[i] = (7 * values[i - 1]! + values[i]!) / 8;
}

function* scoredChips(plan: ChipPlan, stride: number, seed: number): Generator<ScoredChip> {
  const { cols, rows, values } = latticeScores(plan, stride, seed);
  for (const chip of plannedChips(plan)) {
    const [width, height] = [plan.x.chip / stride, plan.y.chip / stride];
    const scores = new Float32Array(CLASS_IDS.length * width * height);
    for (let k = 0; k < CLASS_IDS.length; k++) {
      for (let row = 0; row < height; row++) {
        const start = (k * rows + chip.window.row / stride + row) * cols + chip.window.col / stride;
        scores.set(values.subarray(start, start + width), (k * height + row) * width);
      }
    }
    yield { ...chip, scores, ownedMask: null };
  }
}

async function* asynchronous<T>(items: Iterable<T>): AsyncGenerator<T> {
  yield* items;
}

/** Strips with rows of their own. */
async function collect(strips: AsyncIterable<LabelStrip>) {
  const collected = [];
  for await (const { row, labels, confidence } of strips) {
    collected.push({ row, labels: labels.slice(), confidence: confidence.slice() });
  }
  return collected;
}

async function stitchAll(
  plan: ChipPlan,
  stride: number,
  blend: "hann" | "crop",
  chips: Iterable<ScoredChip>,
) {
  const strips: LabelStrip[] = [];
  const options = { plan, classIds: CLASS_IDS, stride, margin: 0, blend };
  for await (const strip of stitch(asynchronous(chips), options))
    strips.push({ ...strip, labels: strip.labels.slice(), confidence: strip.confidence.slice() });
  const labels = strips.flatMap((strip) => [...strip.labels]);
  const confidence = strips.flatMap((strip) => [...strip.confidence]);
  return { strips, labels, confidence };
}

/** Bilinear interpolation at half-pixel centres, then the best class: straight from the definition. */
function expectedAt(plan: ChipPlan, stride: number, seed: number) {
  const { cols, rows, values } = latticeScores(plan, stride, seed);
  return (col: number, row: number) => {
    const clamp = (value: number, size: number) => Math.min(size - 1, Math.max(0, value));
    const [x, y] = [(col + 0.5) / stride - 0.5, (row + 0.5) / stride - 0.5];
    const [fx, fy] = [x - Math.floor(x), y - Math.floor(y)];
    return CLASS_IDS.map((_, k) => {
      const at = (dx: number, dy: number) =>
        values[(k * rows + clamp(Math.floor(y) + dy, rows)) * cols + clamp(Math.floor(x) + dx, cols)]!;
      return (
        at(0, 0) * (1 - fx) * (1 - fy) +
        at(1, 0) * fx * (1 - fy) +
        at(0, 1) * (1 - fx) * fy +
        at(1, 1) * fx * fy
      );
    });
  };
}

describe("stitch", () => {
  const cases = fc.record({
    width: fc.integer({ min: 1, max: 150 }),
    height: fc.integer({ min: 1, max: 150 }),
    stride: fc.constantFrom(1, 2, 3, 4, 8),
    chipCells: fc.integer({ min: 4, max: 16 }),
    overlapShare: fc.constantFrom(0, 0.25, 0.5),
    blend: fc.constantFrom("hann" as const, "crop" as const),
    seed: fc.integer(),
  });

  test("property: chips that agree give the same map as no chips at all", async () => {
    await fc.assert(
      fc.asyncProperty(cases, async ({ width, height, stride, chipCells, overlapShare, blend, seed }) => {
        const overlap = Math.floor(chipCells * overlapShare) * stride;
        const plan = planChips({ width, height }, { chip: chipCells * stride, overlap });
        const { labels, confidence, strips } = await stitchAll(
          plan,
          stride,
          blend,
          scoredChips(plan, stride, seed),
        );
        expect(labels).toHaveLength(width * height);
        expect(strips.map(({ row }) => row)).toEqual(
          strips.map((_, i) => strips.slice(0, i).reduce((sum, { rows }) => sum + rows, 0)),
        );
        const expected = expectedAt(plan, stride, seed);
        const wrong = labels.filter((label, i) => {
          const scores = expected(i % width, Math.floor(i / width));
          const best = Math.max(...scores);
          const score = scores[CLASS_IDS.indexOf(label)] ?? 0;
          return score < best - 1e-5 || Math.abs(confidence[i]! - best * 100) > 0.51;
        });
        expect(wrong).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });

  test("property: going on from the state after any row of chips gives the same strips as never stopping", async () => {
    await fc.assert(
      fc.asyncProperty(cases, async ({ width, height, stride, chipCells, overlapShare, blend, seed }) => {
        const overlap = Math.floor(chipCells * overlapShare) * stride;
        const plan = planChips({ width, height }, { chip: chipCells * stride, overlap });
        const noisy = [...scoredChips(plan, stride, seed)].map((chip) => ({
          ...chip,
          scores: chip.scores!.map((score) => score / (1 + (chip.index % 3))),
        }));
        const options = { plan, classIds: CLASS_IDS, stride, margin: 0, blend };
        const copies = () => noisy.map((chip) => ({ ...chip, scores: new Float32Array(chip.scores) }));
        for await (const { state } of stitch(asynchronous(copies()), options)) {
          const resume = structuredClone(state());
          const rest = copies().filter(({ latticeRow }) => latticeRow >= resume.latticeRows);
          const found = await collect(stitch(asynchronous(rest), { ...options, resume }));
          const whole = await collect(stitch(asynchronous(copies()), options));
          expect(found).toEqual(whole.slice(whole.length - found.length));
          if (found.length > 0) expect(found[0]!.row).toBe(resume.row);
        }
      }),
      { numRuns: 25 },
    );
  });

  test("property: winners that came with the chips give the same map as those found here", async () => {
    await fc.assert(
      fc.asyncProperty(cases, async ({ width, height, chipCells, overlapShare, blend, seed }) => {
        const overlap = Math.floor(chipCells * overlapShare);
        const plan = planChips({ width, height }, { chip: chipCells, overlap });
        const noisy = [...scoredChips(plan, 1, seed)].map((chip) => ({
          ...chip,
          scores: chip.scores!.map((score, i) => score / (1 + ((chip.index + i) % 3))),
        }));
        const withWinners = noisy.map((chip) => {
          const cells = chip.scores.length / CLASS_IDS.length;
          const winners = { labels: new Uint8Array(cells), confidence: new Uint8Array(cells) };
          findWinners(chip.scores, Uint8Array.from(CLASS_IDS), winners, { from: 0, to: cells, at: 0 });
          return { ...chip, scores: chip.scores.slice(), winners };
        });
        const found = await stitchAll(plan, 1, blend, withWinners);
        const expected = await stitchAll(plan, 1, blend, noisy);
        expect(found.labels).toEqual(expected.labels);
        expect(found.confidence).toEqual(expected.confidence);
      }),
      { numRuns: 60 },
    );
  });

  test("memory is bounded: strips come as rows of chips end, not at the end of the scene", async () => {
    const plan = planChips({ width: 40, height: 400 }, { chip: 32, overlap: 8 });
    let given = 0;
    async function* counted(): AsyncGenerator<ScoredChip> {
      for (const chip of scoredChips(plan, 1, 5)) {
        given++;
        yield chip;
      }
    }
    for await (const strip of stitch(counted(), {
      plan,
      classIds: CLASS_IDS,
      stride: 1,
      margin: 0,
      blend: "hann",
    })) {
      expect(given).toBe((strip.row / plan.y.stride + 1) * plan.x.count);
    }
  });

  test("nodata stays nodata, in a chip that was inferred and in one that was not", async () => {
    const plan = planChips({ width: 40, height: 20 }, { chip: 16, overlap: 4 });
    const masked = [...scoredChips(plan, 1, 9)].map((chip) => {
      const ownedMask = new Uint8Array(chip.owned.width * chip.owned.height).fill(1);
      if (chip.index === 1) return { ...chip, scores: null, ownedMask: ownedMask.fill(0) };
      if (chip.index === 0) ownedMask[5] = 0;
      return { ...chip, ownedMask };
    });
    const { labels, confidence } = await stitchAll(plan, 1, "hann", masked);
    const nodata = labels.flatMap((label, i) => (label === 255 ? [i] : []));
    const { owned } = masked[1]!;
    const skipped = Array.from(
      { length: owned.height * owned.width },
      (_, i) => (owned.row + Math.floor(i / owned.width)) * 40 + owned.col + (i % owned.width),
    );
    expect(nodata).toEqual([5, ...skipped].sort((a, b) => a - b));
    expect(confidence.every((value, i) => (value === 255) === (labels[i] === 255))).toBe(true);
  });

  test("two chips that disagree fade into each other over the overlap", async () => {
    const plan = planChips({ width: 24, height: 8 }, { chip: 16, overlap: 8 });
    const chips = [...plannedChips(plan)].map((chip) => {
      const scores = new Float32Array(3 * 16 * 16);
      scores.fill(1, chip.latticeCol * 256, chip.latticeCol * 256 + 256);
      return { ...chip, scores, ownedMask: null };
    });
    const { labels, confidence } = await stitchAll(plan, 1, "hann", chips);
    const row = confidence.slice(0, 24);
    expect(labels.slice(0, 24)).toEqual([...Array(12).fill(3), ...Array(12).fill(7)]);
    expect(row.slice(0, 8)).toEqual(Array(8).fill(100));
    expect(row.slice(8, 12)).toEqual([...row.slice(8, 12)].sort((a, b) => b - a));
    expect(row.slice(8, 16)).toEqual([...row.slice(8, 16)].reverse());
  });
});
