import { createHash } from "node:crypto";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { afterAll, expect, test, vi } from "vitest";
import { CpuThreads } from "../../src/cpu-threads.ts";
import { type LabelStrip, type ScoredChip, type StitcherState, stitch } from "../../src/stitcher/stitcher.ts";
import { type ChipPlan, planChips } from "../../src/tiler/chip-plan.ts";
import {
  answered,
  CLASS_IDS,
  type Lattice,
  lattices,
  noisyScores,
  planOf,
} from "./support/answered-chips.ts";

vi.mock("../../src/stitcher/chip-slots.ts", async (original) => {
  const { smallSlots } = await import("./support/small-slots.ts");
  return smallSlots(await original());
});

const WORKER = fileURLToPath(new URL("../../dist/pipeline/cpu-worker.js", import.meta.url));
const one = new CpuThreads(WORKER, 1);
const three = new CpuThreads(WORKER, 3);
afterAll(() => Promise.all([one.close(), three.close()]));

function optionsOf({ stride, margin, blend }: Omit<Lattice, "seed">, plan: ChipPlan) {
  return { plan, classIds: CLASS_IDS, stride, margin: margin * stride, blend };
}

/** Where each strip begins, and a hash of it. `each` sees the strips as they come. */
async function hashes(
  strips: AsyncIterable<LabelStrip>,
  each: (strip: LabelStrip) => void = () => undefined,
): Promise<string[]> {
  const found: string[] = [];
  for await (const strip of strips) {
    const hash = createHash("sha256").update(strip.labels).update(strip.confidence);
    found.push(`${strip.row} ${hash.digest("hex")}`);
    each(strip);
  }
  return found;
}

test("property: any number of threads gives the same map, with slots taken again and again", async () => {
  await fc.assert(
    fc.asyncProperty(lattices(1, 2, 4), fc.boolean(), async (lattice, winners) => {
      const wide = { ...lattice, width: 4 * lattice.width };
      const plan = planOf(wide);
      const chips = noisyScores(wide, plan);
      const map = (threads: CpuThreads | null) =>
        hashes(stitch(answered(plan, chips, { winners }), { ...optionsOf(wide, plan), threads }));
      const alone = await map(null);
      expect(await map(one)).toEqual(alone);
      expect(await map(three)).toEqual(alone);
    }),
    { numRuns: 60 },
  );
});

test.each([
  [2500, 300, 1, 128],
  [9000, 700, 4, 512],
  [1100, 400, 3, 192],
])(
  "threads give the same map of %i x %i px, %i px a cell, in chips of %i px",
  async (width, height, stride, side) => {
    const chip = side / stride;
    const lattice = {
      width,
      height,
      chip,
      overlap: chip / 8,
      margin: 0,
      stride,
      blend: "hann",
      seed: width,
    } as const;
    const plan = planOf(lattice);
    const chips = noisyScores(lattice, plan);
    const map = (threads: CpuThreads | null) =>
      hashes(stitch(answered(plan, chips, { winners: true }), { ...optionsOf(lattice, plan), threads }));
    const alone = await map(null);
    expect(alone.length).toBeGreaterThan(1);
    expect(await map(three)).toEqual(alone);
  },
);

test("property: going on from any row, on other threads, gives the same strips as never stopping", async () => {
  await fc.assert(
    fc.asyncProperty(lattices(1, 2, 4), async (lattice) => {
      const plan = planOf(lattice);
      const chips = noisyScores(lattice, plan);
      const options = optionsOf(lattice, plan);
      const states: StitcherState[] = [];
      const strips = stitch(answered(plan, chips), { ...options, threads: three });
      const whole = await hashes(strips, ({ state }) => {
        const { mask, waiting, ...rest } = state();
        states.push({ ...rest, mask: new Uint8Array(mask), waiting: new Float32Array(waiting) });
      });
      for (const resume of states) {
        const rest = answered(plan, chips, { fromRow: resume.latticeRows });
        const found = await hashes(stitch(rest, { ...options, resume, threads: one }));
        expect(found).toEqual(whole.slice(whole.length - found.length));
        if (found.length > 0) expect(found[0]).toMatch(new RegExp(`^${resume.row} `));
      }
    }),
    { numRuns: 25 },
  );
});

/** A row of 71 chips on threads of which `run` is watched. */
function rowOfChips(run: CpuThreads["run"]) {
  const plan = planChips({ width: 4000, height: 64 }, { chip: 64, overlap: 8 });
  const lattice = {
    width: 4000,
    height: 64,
    chip: 64,
    overlap: 8,
    margin: 0,
    stride: 1,
    blend: "hann",
    seed: 1,
  } as const;
  const threads: CpuThreads = Object.assign(Object.create(three), { count: 3, run });
  return {
    chips: answered(plan, noisyScores(lattice, plan)),
    options: { ...optionsOf(lattice, plan), threads },
  };
}

test("a source that fails ends the map when no thread works on its memory any more", async () => {
  const [started, ended]: [unknown[], unknown[]] = [[], []];
  const { chips, options } = rowOfChips(async (name, task) => {
    started.push(task);
    const result = await three.run<typeof task, never>(name, task);
    ended.push(task);
    return result;
  });
  async function* failing(): AsyncGenerator<ScoredChip> {
    for await (const chip of chips) {
      if (chip.latticeCol === 40) throw new Error("no more chips");
      yield chip;
    }
  }
  await expect(hashes(stitch(failing(), options))).rejects.toThrow("no more chips");
  expect(started).toHaveLength(20);
  expect(ended).toHaveLength(20);
});

test("a thread that fails fails the map, and no promise is left behind", async () => {
  let calls = 0;
  const { chips, options } = rowOfChips(async () => {
    if (++calls >= 3) throw new Error(`call ${calls}`);
    await setTimeout(20);
    return undefined as never;
  });
  await expect(hashes(stitch(chips, options))).rejects.toThrow("call 3");
});
