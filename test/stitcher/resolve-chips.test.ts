import fc from "fast-check";
import { expect, test } from "vitest";
import { planInCells, risingWeights } from "../../src/stitcher/blend.ts";
import { type ChipsTask, firstColumn, latticeWidth } from "../../src/stitcher/chip-row.ts";
import { ChipSlots } from "../../src/stitcher/chip-slots.ts";
import { resolveChips } from "../../src/stitcher/resolve-chips.ts";
import { seededRandom } from "../support/random.ts";
import {
  CLASS_IDS,
  type Lattice,
  lattices,
  noisyScores,
  planOf,
  winnersOf,
} from "./support/answered-chips.ts";

/** What no pixel is found to be. */
const UNWRITTEN = 200;

/** All chips of a row of the lattice as one task, with no pixel written. */
function taskOf(lattice: Lattice, rowPercent: number): ChipsTask {
  const { stride, margin, blend, seed } = lattice;
  const plan = planOf(lattice);
  const { x, y } = planInCells(plan, { stride, margin: 0 });
  const latticeRow = Math.floor((rowPercent / 100) * y.count);
  const scores = noisyScores(lattice, { x, y }).slice(latticeRow * x.count, (latticeRow + 1) * x.count);
  const classes = CLASS_IDS.length;
  const facts = { count: x.count, classes, cells: x.chip * y.chip, stride, threads: 0 };
  const slots = new ChipSlots(x.count, facts);
  for (const [i, some] of scores.entries()) slots.put(i, some, i % 3 === 1 ? null : winnersOf(some));
  const lead = stride === 1 ? 0 : 1;
  const rise = risingWeights(x.overlap, margin, blend);
  const above = Float32Array.from(
    { length: classes * (lead + y.overlap) * latticeWidth({ x }) },
    seededRandom(seed),
  );
  const below = stride === 1 ? above : new Float32Array(above.length);
  const chips = { x, y, latticeRow, classes, riseX: rise, riseY: rise, lead, above, below };
  const endOf = (row: number): number =>
    row === y.count - 1 ? plan.y.size : ((row + 1) * y.stride - lead) * stride + (stride >> 1);
  const rows = { from: latticeRow === 0 ? 0 : endOf(latticeRow - 1), to: endOf(latticeRow) };
  const pixels = plan.x.size * (rows.to - rows.from);
  return {
    ...{
      chips: { ...chips, scores: slots.scores, slots: slots.count },
      from: 0,
      to: x.count,
      own: slots.own,
    },
    ...{ classIds: Uint8Array.from(CLASS_IDS), stride, width: plan.x.size, rows },
    ...{ labels: new Uint8Array(pixels).fill(UNWRITTEN), confidence: new Uint8Array(pixels).fill(UNWRITTEN) },
  };
}

const layers = ["labels", "confidence"] as const;

test("property: chips have the same pixels, and leave the same behind, in whatever groups and order they are resolved", () => {
  const cuts = fc.array(fc.nat(8), { maxLength: 4 });
  fc.assert(
    fc.property(lattices(1, 2, 3, 4, 8), fc.nat(99), cuts, (lattice, rowPercent, at) => {
      const whole = taskOf(lattice, rowPercent);
      resolveChips(whole);
      const parts = taskOf(lattice, rowPercent);
      const edges = [...new Set([0, ...at.filter((cut) => cut < parts.to), parts.to])].sort((a, b) => b - a);
      for (const [i, from] of edges.slice(1).entries()) resolveChips({ ...parts, from, to: edges[i]! });
      for (const layer of layers) expect(parts[layer]).toEqual(whole[layer]);
      expect(parts.chips.below).toEqual(whole.chips.below);
      for (const layer of layers) expect(whole[layer].includes(UNWRITTEN)).toBe(false);
    }),
  );
});

test("property: chips write the pixels of the columns that they own, and no others", () => {
  fc.assert(
    fc.property(lattices(1, 2, 4), fc.nat(7), (lattice, chip) => {
      const task = taskOf(lattice, 50);
      fc.pre(chip < task.to);
      resolveChips({ ...task, from: chip, to: chip + 1 });
      const [from, to] = [chip, chip + 1].map((some) => firstColumn(task.chips, some) * task.stride);
      for (const layer of layers)
        task[layer].forEach((value, i) => {
          const col = i % task.width;
          if (value === UNWRITTEN ? col >= from! && col < to! : col < from! || col >= to!)
            throw new Error(`column ${col} of chip ${chip}, which owns ${from} to ${to}`);
        });
    }),
  );
});
