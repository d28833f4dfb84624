import fc from "fast-check";
import { expect, test } from "vitest";
import { risingWeights } from "../../src/stitcher/blend.ts";
import { blendCells, keepBelow } from "../../src/stitcher/blend-cells.ts";
import { type ChipRow, firstColumn, latticeWidth, ownedRows } from "../../src/stitcher/chip-row.ts";
import { planAxis } from "../../src/tiler/chip-plan.ts";
import { CLASS_IDS, type Lattice, lattices, noisyScores, planOf } from "./support/answered-chips.ts";
import { blendedScores } from "./support/blended.ts";

const classes = CLASS_IDS.length;

/** The rows of chips of a lattice of cells, each with what was kept of the one above it. */
function* chipRows(lattice: Lattice, lead: number): Generator<ChipRow> {
  const { width, height, chip, overlap, margin, blend } = lattice;
  const [x, y] = [planAxis(width, chip, overlap), planAxis(height, chip, overlap)];
  const scores = noisyScores(lattice, { x, y });
  const rise = risingWeights(overlap, margin, blend);
  const kept = classes * (lead + overlap) * latticeWidth({ x });
  let above = new Float32Array(kept);
  for (let latticeRow = 0; latticeRow < y.count; latticeRow++) {
    const own = scores.slice(latticeRow * x.count, (latticeRow + 1) * x.count);
    const below = lead === 0 ? above : new Float32Array(kept);
    const all = Float32Array.from(own.flatMap((some) => [...some]));
    const chips = { x, y, latticeRow, classes, riseX: rise, riseY: rise, scores: all, slots: x.count, lead };
    yield { ...chips, above, below };
    above = below;
  }
}

function latticeChips(lattice: Lattice) {
  const plan = planOf(lattice);
  return { plan, chips: noisyScores(lattice, plan), margin: lattice.margin, blend: lattice.blend };
}

/** Blends columns `from` up to `to`, all owned rows; [classes][rows][to - from]. */
function blended(chips: ChipRow, from: number, to: number): Float32Array {
  const [width, height] = [to - from, ownedRows(chips)];
  const cells = new Float32Array(classes * width * height);
  const target = { cells, at: 0, pitch: width, plane: width * height };
  blendCells(chips, { col: from, row: 0, width, height }, target);
  return cells;
}

test("property: a cell has, to the bit, the weighted sum of the chips that see it", () => {
  fc.assert(
    fc.property(lattices(1), fc.constantFrom(0, 1), (lattice, lead) => {
      const scoreAt = blendedScores(latticeChips(lattice));
      for (const chips of chipRows(lattice, lead)) {
        const [across, height] = [latticeWidth(chips), ownedRows(chips)];
        const cells = blended(chips, 0, across);
        const expected = cells.map((_, i) => {
          const [k, row] = [Math.floor(i / across / height), Math.floor(i / across) % height];
          return scoreAt(k, chips.latticeRow * chips.y.stride + row, i % across);
        });
        expect(cells).toEqual(expected);
        keepBelow(chips, 0, across);
      }
    }),
  );
});

test("property: a part of the cells is what it is in the whole, and what is kept of chips one by one is what is kept of all", () => {
  fc.assert(
    fc.property(lattices(1), fc.constantFrom(0, 1), fc.nat(), fc.nat(), (lattice, lead, a, b) => {
      for (const chips of chipRows(lattice, lead)) {
        const across = latticeWidth(chips);
        const [from = 0, to = 0] = [a % (across + 1), b % (across + 1)].sort((p, q) => p - q);
        const whole = blended(chips, 0, across);
        const inside = whole.filter((_, i) => i % across >= from && i % across < to);
        expect(blended(chips, from, to)).toEqual(inside);
        const below = chips.below.slice();
        keepBelow({ ...chips, below }, 0, across);
        for (let chip = chips.x.count - 1; chip >= 0; chip--) {
          const col = firstColumn(chips, chip);
          keepBelow(chips, col, firstColumn(chips, chip + 1) - col);
        }
        expect(chips.below).toEqual(below);
      }
    }),
  );
});

test("property: chips own every column of the lattice once", () => {
  fc.assert(
    fc.property(lattices(1), (lattice) => {
      const row = planOf(lattice);
      const firsts = Array.from({ length: row.x.count + 1 }, (_, chip) => firstColumn(row, chip));
      expect(firsts[0]).toBe(0);
      expect(firsts.at(-1)).toBe(latticeWidth(row));
      expect(firsts).toEqual(firsts.toSorted((a, b) => a - b));
    }),
  );
});
