import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { UserError } from "../../src/errors.ts";
import {
  chipAt,
  chipCount,
  planAxis,
  planChips,
  plannedChips,
  sceneWindow,
} from "../../src/tiler/chip-plan.ts";

const axis = fc
  .record({
    size: fc.integer({ min: 1, max: 3000 }),
    chip: fc.integer({ min: 2, max: 700 }),
    share: fc.double({ min: 0, max: 0.5, noNaN: true }),
  })
  .map(({ size, chip, share }) => ({ size, chip, overlap: Math.floor(chip * share) }));

describe("planAxis", () => {
  test.each([
    { size: 300, chip: 512, overlap: 64, origins: [0], because: "a small scene is one padded chip" },
    {
      size: 512,
      chip: 512,
      overlap: 64,
      origins: [0],
      because: "a scene as large as a chip needs no second one",
    },
    { size: 513, chip: 512, overlap: 64, origins: [0, 448], because: "one pixel more needs a second chip" },
    { size: 960, chip: 512, overlap: 64, origins: [0, 448], because: "two chips cover chip + stride" },
    { size: 1, chip: 128, overlap: 64, origins: [0], because: "one pixel is still a chip" },
  ])("$size px in $chip px chips starts at $origins: $because", ({ size, chip, overlap, origins }) => {
    const { count, stride } = planAxis(size, chip, overlap);
    expect(Array.from({ length: count }, (_, i) => i * stride)).toEqual(origins);
  });

  test("property: every pixel is covered, by no more chips than needed", () => {
    fc.assert(
      fc.property(axis, ({ size, chip, overlap }) => {
        const { count, stride } = planAxis(size, chip, overlap);
        expect((count - 1) * stride + chip).toBeGreaterThanOrEqual(size);
        if (count > 1) expect((count - 2) * stride + chip).toBeLessThan(size);
      }),
    );
  });
});

describe("planChips", () => {
  test("property: owned windows tile the scene without overlap and lie in their chips", () => {
    const scenes = fc.record({ x: axis, height: fc.integer({ min: 1, max: 900 }) });
    fc.assert(
      fc.property(scenes, ({ x: { size: width, chip, overlap }, height }) => {
        fc.pre(
          width * height < 400_000 &&
            planAxis(width, chip, overlap).count * planAxis(height, chip, overlap).count < 3000,
        );
        const plan = planChips({ width, height }, { chip, overlap });
        const owners = new Uint8Array(width * height);
        for (const planned of plannedChips(plan)) {
          const { owned, window } = planned;
          expect(owned.width).toBeLessThanOrEqual(window.width);
          expect(owned.height).toBeLessThanOrEqual(window.height);
          for (let row = owned.row; row < owned.row + owned.height; row++) {
            for (let col = owned.col; col < owned.col + owned.width; col++) owners[row * width + col]!++;
          }
        }
        expect(owners.every((count) => count === 1)).toBe(true);
      }),
      { numRuns: 40 },
    );
  });

  test("chips come row by row, and their index is their place", () => {
    const plan = planChips({ width: 1000, height: 1000 }, { chip: 256, overlap: 32 });
    const chips = [...plannedChips(plan)];
    expect(chips.map(({ index }) => index)).toEqual(chips.map((_, i) => i));
    expect(chips).toHaveLength(chipCount(plan));
    expect(chips[plan.x.count + 1]).toEqual(chipAt(plan, 1, 1));
  });

  test("a chip at the edge reads only what the scene has", () => {
    const plan = planChips({ width: 600, height: 100 }, { chip: 512, overlap: 64 });
    expect(sceneWindow(plan, chipAt(plan, 1, 0))).toEqual({ col: 448, row: 0, width: 152, height: 100 });
  });

  test("an overlap over half the chip is refused with the largest that works", () => {
    const plan = () => planChips({ width: 10, height: 10 }, { chip: 128, overlap: 65 });
    expect(plan).toThrow(UserError);
    expect(plan).toThrow("The overlap is 65 px, but chips are 128 px.");
  });
});
