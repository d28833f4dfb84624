import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Checkpointer } from "../../src/pipeline/checkpoint.ts";
import { newTally } from "../../src/pipeline/running-tally.ts";
import { scratchFolder } from "../support/scratch.ts";

const scratch = scratchFolder();

/** A run of `seconds` on a clock of its own that asks every second; each checkpoint takes `cost` seconds, `bytes` are expected of it. */
async function run(seconds: number, cost: number, bytes: number) {
  const checkpointer = new Checkpointer(scratch, { fingerprint: {}, interval: null, bytes });
  const at: number[] = [];
  const shares: number[] = [];
  const start = performance.now();
  const elapsed = () => (performance.now() - start) / 1000;
  while (elapsed() < seconds) {
    vi.advanceTimersByTime(1000);
    if (!checkpointer.due()) continue;
    at.push(elapsed());
    await checkpointer.save(newTally(undefined), async () => {
      vi.advanceTimersByTime(cost * 1000);
      return null;
    });
    shares.push(checkpointer.cost.seconds / elapsed());
  }
  return { at, shares, cost: checkpointer.cost };
}

describe("checkpoints by default", () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ["performance"] }));
  afterEach(() => void vi.useRealTimers());

  test("take 2 % of the run at most, at any time of it, and come as often as that allows", async () => {
    const { at, shares, cost } = await run(3600, 1, 100e6);
    expect(Math.max(...shares)).toBeLessThanOrEqual(0.02);
    expect(cost.seconds).toBeCloseTo(at.length, 1);
    expect(at[0]).toBeLessThanOrEqual(51);
    expect(at.length).toBeGreaterThan(60);
  });

  test("that take longer than expected are fewer: what one has taken is made up for before the next", async () => {
    const { at, shares } = await run(3600, 6, 100e6);
    expect(at[1]).toBeGreaterThanOrEqual(600); // 6 s taken and 6 to come are 2 % of 600 s
    expect(Math.max(...shares.slice(1))).toBeLessThanOrEqual(0.02);
    expect(at.length).toBeGreaterThan(5);
  });

  test("come not at all in a run of 20 s, however cheap they are", async () => {
    expect((await run(19, 0.01, 0)).at).toEqual([]);
    expect((await run(21, 0.01, 0)).at[0]).toBe(20);
  });
});
