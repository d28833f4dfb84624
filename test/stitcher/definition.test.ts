import fc from "fast-check";
import { expect, test, vi } from "vitest";
import { type ScoredChip, type StitcherOptions, stitch } from "../../src/stitcher/stitcher.ts";
import {
  answered,
  CLASS_IDS,
  type Lattice,
  lattices,
  noisyScores,
  planOf,
} from "./support/answered-chips.ts";
import { blendedScores } from "./support/blended.ts";

vi.mock("../../src/stitcher/chip-slots.ts", async (original) => {
  const { smallSlots } = await import("./support/small-slots.ts");
  return smallSlots(await original());
});

async function stitched(chips: AsyncIterable<ScoredChip>, options: StitcherOptions) {
  const [labels, confidence]: [number[], number[]] = [[], []];
  for await (const strip of stitch(chips, options)) {
    labels.push(...strip.labels);
    confidence.push(...strip.confidence);
  }
  return { labels, confidence };
}

test("property: a map of pixels is, to the byte, the best of the blended scores", async () => {
  await fc.assert(
    fc.asyncProperty(lattices(1), fc.boolean(), async (lattice, winners) => {
      const { width, height, margin, blend } = lattice;
      const plan = planOf(lattice);
      const chips = noisyScores(lattice, plan);
      const options = { plan, classIds: CLASS_IDS, stride: 1, margin, blend };
      const found = await stitched(answered(plan, chips, { winners }), options);
      const scoreAt = blendedScores({ ...lattice, plan, chips });
      const expected = Array.from({ length: width * height }, (_, i) => {
        const scores = CLASS_IDS.map((_id, k) => scoreAt(k, Math.floor(i / width), i % width));
        const best = Math.max(...scores);
        const percent = Math.trunc(Math.fround(Math.fround(best * 100) + 0.5));
        return { label: CLASS_IDS[scores.indexOf(best)], percent };
      });
      expect(found.labels).toEqual(expected.map(({ label }) => label));
      expect(found.confidence).toEqual(expected.map(({ percent }) => percent));
    }),
  );
});

test("property: a map between cells is the best of the blended scores, interpolated", async () => {
  await fc.assert(
    fc.asyncProperty(lattices(2, 3, 4, 8), async (lattice) => {
      const { width, height, margin, blend, stride } = lattice;
      const plan = planOf(lattice);
      const chips = noisyScores(lattice, plan);
      const options = { plan, classIds: CLASS_IDS, stride, margin: margin * stride, blend };
      const { labels, confidence } = await stitched(answered(plan, chips), options);
      expect(labels).toHaveLength(width * height);
      const expected = interpolated(lattice, chips);
      const wrong = labels.filter((label, i) => {
        const scores = expected(i % width, Math.floor(i / width));
        const best = Math.max(...scores);
        const score = scores[CLASS_IDS.indexOf(label)] ?? 0;
        return score < best - 1e-5 || Math.abs(confidence[i]! - best * 100) > 0.51;
      });
      expect(wrong).toEqual([]);
    }),
    { numRuns: 40 },
  );
});

/** Bilinear interpolation of the blended scores at half-pixel centres, straight from the definition. */
function interpolated(lattice: Lattice, chips: readonly Float32Array[]) {
  const { stride } = lattice;
  const [width, height] = [Math.ceil(lattice.width / stride), Math.ceil(lattice.height / stride)];
  const plan = planOf({ ...lattice, width, height, stride: 1 });
  const { x, y } = plan;
  const [cols, rows] = [(x.count - 1) * x.stride + x.chip, (y.count - 1) * y.stride + y.chip];
  const scoreAt = blendedScores({ ...lattice, plan, chips });
  const clamp = (value: number, size: number) => Math.min(size - 1, Math.max(0, value));
  return (col: number, row: number): number[] => {
    const [left, top] = [(col + 0.5) / stride - 0.5, (row + 0.5) / stride - 0.5];
    const [fx, fy] = [left - Math.floor(left), top - Math.floor(top)];
    return CLASS_IDS.map((_, k) => {
      const at = (dx: number, dy: number) =>
        scoreAt(k, clamp(Math.floor(top) + dy, rows), clamp(Math.floor(left) + dx, cols));
      const [upper, lower] = [0, 1].map((dy) => at(0, dy) * (1 - fx) + at(1, dy) * fx);
      return upper! * (1 - fy) + lower! * fy;
    });
  };
}
