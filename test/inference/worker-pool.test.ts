import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, expect, test } from "vitest";
import { hasHungThread } from "../../src/inference/hung-threads.ts";
import type { DeviceOptions, DeviceWarning } from "../../src/inference/inference-device.ts";
import { loadModel, type Model } from "../../src/inference/model.ts";
import { WorkerPool } from "../../src/inference/worker-pool.ts";
import type { Chip } from "../../src/tiler/tiler.ts";
import { fixtureModel } from "../support/fixture-model.ts";
import { modelVariant } from "../support/model-variant.ts";
import { scratchFolder } from "../support/scratch.ts";
import { type SimulatedDevice, simulated } from "../support/simulated-device.ts";

const SIDE = 64;
const scratch = scratchFolder();
const pixelwise = await fixtureModel("pixelwise");
const open: WorkerPool[] = [];
afterEach(async () => {
  for (const pool of open.splice(0)) await pool.close();
});

/** Chip i is all of grey i · 40 % 256, so that its label is known; chips named in `blank` have no data. */
function chipOf(index: number, blank: readonly number[] = []): Chip {
  const window = { col: index * SIDE, row: 0, width: SIDE, height: SIDE };
  const data = blank.includes(index) ? null : new Uint8Array(SIDE * SIDE * 3).fill(greyOf(index));
  return { index, latticeCol: index, latticeRow: 0, window, owned: window, data, bands: 3, ownedMask: null };
}

const greyOf = (index: number): number => (index * 40) % 256;
const labelOf = (index: number): number => (greyOf(index) * 3) >> 8;

async function* chips(count: number, blank: readonly number[] = []): AsyncGenerator<Chip> {
  for (let index = 0; index < count; index++) yield chipOf(index, blank);
}

/** The graph of "fixed64" with another batch in the shapes of its input and output, which are protobuf's dim { dim_value } in a row. */
function withBatch(bytes: Buffer, batch: number): Buffer {
  for (const shape of [
    [1, 64, 64, 3],
    [1, 3, 64, 64],
  ]) {
    const dims = Buffer.from(shape.flatMap((size) => [0x0a, 2, 8, size]));
    expect(bytes.includes(dims)).toBe(true);
    bytes[bytes.indexOf(dims) + 3] = batch;
  }
  return bytes;
}

interface Trial extends SimulatedDevice {
  readonly count: number;
  readonly blank?: readonly number[];
  readonly options?: Partial<DeviceOptions>;
  readonly model?: Model;
  readonly check?: boolean;
  /** The consumer takes its time with this chip. */
  readonly pause?: { readonly at: number; readonly seconds: number };
}

/** Infers chips on a simulated GPU; every chip must come once, in order, with the scores of its own grey. */
async function infer({
  count,
  blank = [],
  options = {},
  model = pixelwise,
  check = false,
  pause,
  ...device
}: Trial) {
  const { simulated: worker, tasks } = simulated(device);
  const warnings: DeviceWarning[] = [];
  const pool = new WorkerPool(model, {
    workers: 1,
    executionProvider: "cuda",
    batch: 4,
    simulated: worker,
    onWarning: (warning) => void warnings.push(warning),
    ...options,
  });
  open.push(pool);
  if (check) await pool.check(SIDE);
  const labels: (number | null)[] = [];
  let seconds = 0;
  for await (const chip of pool.infer(chips(count, blank))) {
    expect(chip.index).toBe(labels.length);
    if (chip.index === pause?.at) await sleep(pause.seconds * 1000);
    labels.push(chip.scores === null ? null : winner(chip.scores));
    seconds += chip.seconds;
  }
  expect(labels).toEqual(Array.from({ length: count }, (_, i) => (blank.includes(i) ? null : labelOf(i))));
  const sizes = tasks().map(({ batch, chips: filled }) => `${filled} of ${batch}`);
  return { sizes, seconds, report: pool.report, warnings: warnings.map(({ code }) => code), told: warnings };
}

/** The class that has the highest score at the first and at the last cell. */
function winner(scores: Float32Array): number {
  const cells = SIDE * SIDE;
  const at = (cell: number): number =>
    [0, 1, 2].reduce((best, k) => (scores[k * cells + cell]! > scores[best * cells + cell]! ? k : best), 0);
  expect(at(0)).toBe(at(cells - 1));
  return at(0);
}

describe("batches", () => {
  test("hold as many chips as asked for, the last one what is left, always in the same shape", async () => {
    const { sizes, report, warnings } = await infer({ count: 10 });
    expect(sizes).toEqual(["4 of 4", "4 of 4", "2 of 4"]);
    expect(report).toMatchObject({ batch: 4, redoneOnCpu: 0, lost: null });
    expect(warnings).toEqual([]);
  });

  test("leave out chips without data, which come in their place", async () => {
    const blank = [0, 1, 3, 4, 5, 9];
    expect((await infer({ count: 12, blank })).sizes).toEqual(["4 of 4", "2 of 4"]);
  });

  test("do not wait for ever in a desert of chips without data", async () => {
    const blank = Array.from({ length: 40 }, (_, i) => i).filter((i) => i !== 2 && i !== 39);
    expect((await infer({ count: 40, blank })).sizes).toEqual(["1 of 4", "1 of 4"]);
  });

  test.each([
    { provider: "cuda", chip: 512, batch: 16 },
    { provider: "webgpu", chip: 1024, batch: 4 },
    { provider: "cuda", chip: 4096, batch: 1 },
    { provider: "cuda", chip: 64, batch: 64 },
    { provider: "cpu", chip: 512, batch: 1 },
  ] as const)(
    "auto: chips of $chip px on $provider go $batch at a time",
    async ({ provider, chip, batch }) => {
      const model = { ...pixelwise, card: { ...pixelwise.card, chip } };
      const options = { executionProvider: provider, batch: "auto" } as const;
      expect((await infer({ count: 1, model, options })).sizes).toEqual([`1 of ${batch}`]);
    },
  );

  test("auto: are no larger than there are chips", async () => {
    const options = { batch: "auto", chips: 9 } as const;
    expect((await infer({ count: 9, options })).sizes).toEqual(["9 of 9"]);
  });

  test.each([
    { frozen: 1, asked: 4 },
    { frozen: 4, asked: "auto" },
  ] as const)(
    "of a model whose graph is frozen to $frozen chips hold as many, whatever is asked for",
    async ({ frozen, asked }) => {
      const folder = modelVariant(join(scratch, `frozen${frozen}`), {
        of: "fixed64",
        graph: (bytes) => withBatch(bytes, frozen),
      });
      const model = await loadModel(folder);
      const pool = new WorkerPool(model, { workers: 2, executionProvider: "cpu", batch: asked });
      open.push(pool);
      await pool.check(SIDE);
      const labels: number[] = [];
      for await (const { scores } of pool.infer(chips(6))) labels.push(winner(scores!));
      expect(labels).toEqual([0, 1, 2, 3, 4, 5].map(labelOf));
      expect(pool.report.batch).toBe(frozen);
    },
  );

  test("give on the CPU the very scores that chips alone do", async () => {
    const model = await fixtureModel("box65");
    const scoresOf = async (batch: number): Promise<Float32Array[]> => {
      const pool = new WorkerPool(model, { workers: 1, executionProvider: "cpu", batch });
      open.push(pool);
      const scores: Float32Array[] = [];
      for await (const chip of pool.infer(chips(5))) scores.push(chip.scores!.slice());
      return scores;
    };
    expect(await scoresOf(3)).toEqual(await scoresOf(1));
  });
});

describe("a device that runs out of memory", () => {
  test("is given half as many chips, again and again, and loses none; each time is told", async () => {
    const { sizes, report, warnings, told } = await infer({
      count: 8,
      memory: [8, 2],
      options: { batch: 8 },
    });
    expect(sizes).toEqual(["8 of 8"]);
    const tight = await infer({ count: 16, memory: [2], options: { batch: 8 } });
    expect(tight.sizes.filter((size) => size === "2 of 2")).toHaveLength(8);
    expect(tight.report).toMatchObject({ batch: 2, redoneOnCpu: 0, lost: null });
    expect(tight.warnings).toEqual(["batch-halved", "batch-halved"]);
    expect([report.batch, warnings, told]).toEqual([8, [], []]);
  });

  test("in the middle of a run goes on with half from there", async () => {
    const { sizes, report, warnings } = await infer({ count: 16, memory: [4, 4, 2] });
    expect(sizes.slice(0, 3)).toEqual(["4 of 4", "4 of 4", "4 of 4"]);
    expect(sizes.filter((size) => size === "2 of 2")).toHaveLength(4);
    expect(report.batch).toBe(2);
    expect(warnings).toEqual(["batch-halved"]);
  });

  test("of its own accord finds its batch before the run, and nobody is bothered", async () => {
    const options = { batch: "auto" } as const;
    const { sizes, report, warnings } = await infer({ count: 10, memory: [5], check: true, options });
    expect(sizes).toEqual([
      "1 of 64",
      "1 of 32",
      "1 of 16",
      "1 of 8",
      "1 of 4",
      "4 of 4",
      "4 of 4",
      "2 of 4",
    ]);
    expect([report.batch, warnings]).toEqual([4, []]);
  });

  test("even with one chip leaves them all to the CPU, and says so", async () => {
    const { report, warnings, told } = await infer({ count: 9, memory: [4, 0] });
    expect(warnings).toEqual(["batch-halved", "batch-halved", "device-lost"]);
    expect(told.at(-1)!.message).toMatch(/^cuda failed \(CUDA failure 2: out of memory.*the CPU goes on/);
    expect(report).toMatchObject({ redoneOnCpu: 5, lost: expect.stringContaining("out of memory") });
  });
});

test("chips that a device answers with NaN are inferred on the CPU, the others not, and it is told once", async () => {
  const { report, warnings } = await infer({ count: 16, nanWhere: greyOf(3) });
  expect(report).toMatchObject({ redoneOnCpu: 1, lost: null });
  expect(warnings).toEqual(["redone-on-cpu"]);
});

describe.each(["exit", "throw"] as const)("a worker that dies (%s)", (how) => {
  test("on a GPU leaves its chips and all others to the CPU", async () => {
    const { report, warnings, told } = await infer({ count: 13, dies: { how, at: [1] } });
    expect(warnings).toEqual(["device-lost"]);
    expect(told[0]!.message).toMatch(how === "exit" ? /exited with code: 7/ : /the driver is gone/);
    expect(report.redoneOnCpu).toBeGreaterThanOrEqual(8);
  });

  test("on the CPU is replaced, and its chip inferred again", async () => {
    const options = { executionProvider: "cpu", batch: 1, workers: 2 } as const;
    const { warnings, report } = await infer({ count: 6, dies: { how, at: [2] }, options });
    expect(warnings).toEqual(["worker-died"]);
    expect(report.lost).toBeNull();
  });

  test("on the CPU each time ends the run, and names the chip and the reason", async () => {
    const options = { executionProvider: "cpu", batch: 1 } as const;
    await expect(infer({ count: 6, dies: { how }, options })).rejects.toMatchObject({
      code: "failed-chip",
      message: expect.stringMatching(how === "exit" ? /column 0, row 0.*code: 7/ : /the driver is gone/),
    });
  });
});

describe("a device that does not answer", () => {
  const patience = { first: 20, least: 0.4, times: 4 };

  test("is given up, by name, and the CPU infers all that is left, with none lost", async () => {
    const options = { patience };
    const { report, warnings, told } = await infer({ count: 30, hangs: { at: 2, seconds: 6 }, options });
    expect(warnings).toEqual(["device-lost"]);
    expect(told[0]!.message).toMatch(
      /^cuda failed \(no answer for \d+ s: its driver hangs\): the CPU goes on/,
    );
    expect(report.redoneOnCpu).toBe(22);
    await open.pop()!.close();
    expect(hasHungThread()).toBe(true);
  });

  test("and wakes up later spoils nothing that the CPU has inferred meanwhile", async () => {
    const options = { patience: { first: 20, least: 0.1, times: 1 } };
    const hangs = { at: 2, seconds: 0.8, confused: true } as const;
    const { warnings } = await infer({ count: 20, hangs, options, pause: { at: 8, seconds: 1 } });
    expect(warnings).toEqual(["device-lost"]);
  });

  test("for some batches' time is waited for", async () => {
    const options = { patience: { ...patience, least: 0.1 } };
    const secondsPerMegapixel = 6; // 0.1 s a batch, and as long again in the queue
    const { warnings } = await infer({
      count: 20,
      hangs: { at: 4, seconds: 0.3 },
      secondsPerMegapixel,
      options,
    });
    expect(warnings).toEqual([]);
  });
});

describe("the busy share of a device", () => {
  test("is the seconds inside the session, to the last one, of the time from first batch to last answer", async () => {
    const secondsPerMegapixel = 1.5;
    const { seconds, report } = await infer({ count: 10, secondsPerMegapixel, check: true });
    const inSession = (3 * 4 * SIDE * SIDE * secondsPerMegapixel) / 1e6;
    expect(seconds).toBeCloseTo(inSession, 9);
    expect(report.busyShare).toBeGreaterThan(0);
    expect(report.busyShare).toBeLessThanOrEqual(1);
  });

  test("is unknown before anything is answered", () => {
    const pool = new WorkerPool(pixelwise, { workers: 1, executionProvider: "cpu" });
    open.push(pool);
    expect(pool.report.busyShare).toBeNull();
  });
});
