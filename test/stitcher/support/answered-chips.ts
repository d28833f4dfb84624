import fc from "fast-check";
import { findWinners } from "../../../src/inference/winners.ts";
import type { Blend } from "../../../src/stitcher/blend.ts";
import type { ScoredChip } from "../../../src/stitcher/stitcher.ts";
import { type ChipPlan, planChips, plannedChips } from "../../../src/tiler/chip-plan.ts";
import { seededRandom } from "../../support/random.ts";

export const CLASS_IDS = [3, 7, 20];

/** A lattice of chips that do not agree. Sizes in cells, the scene's in px. */
export interface Lattice {
  readonly width: number;
  readonly height: number;
  readonly chip: number;
  readonly overlap: number;
  readonly margin: number;
  readonly stride: number;
  readonly blend: Blend;
  readonly seed: number;
}

/** Scenes of several rows of chips, with any overlap that is allowed. */
export function lattices(...strides: number[]): fc.Arbitrary<Lattice> {
  return fc
    .record({
      chip: fc.integer({ min: 4, max: 14 }),
      overlapPercent: fc.oneof(fc.integer({ min: 0, max: 50 }), fc.constant(50)),
      marginPercent: fc.constantFrom(0, 0, 30, 50),
      widthPercent: fc.integer({ min: 10, max: 700 }),
      heightPercent: fc.integer({ min: 10, max: 400 }),
      stride: fc.constantFrom(...strides),
      blend: fc.constantFrom("hann" as const, "hann" as const, "crop" as const),
      seed: fc.integer(),
    })
    .map(({ overlapPercent, marginPercent, widthPercent, heightPercent, ...rest }) => {
      const overlap = Math.floor((rest.chip * overlapPercent) / 100);
      const margin = Math.floor((overlap * marginPercent) / 100);
      const side = (percent: number): number => Math.ceil((percent / 100) * rest.chip * rest.stride);
      return { ...rest, width: side(widthPercent), height: side(heightPercent), overlap, margin };
    });
}

/** Its plan in px. */
export function planOf({ width, height, chip, overlap, stride }: Lattice): ChipPlan {
  return planChips({ width, height }, { chip: chip * stride, overlap: overlap * stride });
}

/** Each chip's scores, [classes][chip][chip], few of them alike. */
export function noisyScores({ chip, seed }: Lattice, plan: ChipPlan): Float32Array[] {
  const random = seededRandom(seed);
  return [...plannedChips(plan)].map(() =>
    Float32Array.from({ length: CLASS_IDS.length * chip * chip }, () => random() ** 2),
  );
}

/** What wins by the scores of a chip alone. */
export function winnersOf(scores: Float32Array): NonNullable<ScoredChip["winners"]> {
  const cells = scores.length / CLASS_IDS.length;
  const winners = { labels: new Uint8Array(cells), confidence: new Uint8Array(cells) };
  findWinners(scores, Uint8Array.from(CLASS_IDS), winners, { from: 0, to: cells, at: 0 });
  return winners;
}

/**
 * Chips in plan order from a row on, in memory that is used again for the next one, as the pool of workers does. With `winners`, those of
 * pixels are known, but for some chips.
 */
export async function* answered(
  plan: ChipPlan,
  scores: readonly Float32Array[],
  { winners = false, fromRow = 0 }: { readonly winners?: boolean; readonly fromRow?: number } = {},
): AsyncGenerator<ScoredChip> {
  const lent = new Float32Array(scores[0]!.length);
  for (const chip of plannedChips(plan, fromRow)) {
    lent.set(scores[chip.index]!);
    const known = winners && chip.index % 4 !== 3 ? winnersOf(lent) : null;
    yield { ...chip, scores: lent, winners: known, ownedMask: null };
    lent.fill(Number.NaN);
    known?.labels.fill(77);
    known?.confidence.fill(77);
  }
}
