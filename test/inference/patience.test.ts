import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, expect, test, vi } from "vitest";
import { HungDeviceError, Patience } from "../../src/inference/patience.ts";

const LIMITS = { first: 0.4, least: 0.2, times: 3 };
const never = new Promise<never>(() => undefined);

afterEach(() => void vi.useRealTimers());

/** By the simulated clock. */
async function secondsUntilGivenUp(patience: Patience): Promise<number> {
  const started = performance.now();
  const givenUp = expect(patience.wait(never))
    .rejects.toThrow(HungDeviceError)
    .then(() => performance.now());
  await vi.runAllTimersAsync();
  return ((await givenUp) - started) / 1000;
}

/** Waits for an answer that takes so long by the simulated clock. */
async function answered(patience: Patience, seconds: number): Promise<void> {
  const answer = patience.wait(new Promise((resolve) => setTimeout(resolve, seconds * 1000)));
  await vi.advanceTimersByTimeAsync(seconds * 1000);
  await answer;
}

test("the first answer may take longer than those after it", async () => {
  vi.useFakeTimers();
  const patience = new Patience(LIMITS);
  expect(await secondsUntilGivenUp(patience)).toBeCloseTo(LIMITS.first);
  await answered(patience, 0);
  expect(await secondsUntilGivenUp(patience)).toBeCloseTo(LIMITS.least);
});

test("patience is so many times the median of the answers before", async () => {
  vi.useFakeTimers();
  const patience = new Patience(LIMITS);
  for (const seconds of [0.13, 0, 0.13]) await answered(patience, seconds);
  expect(await secondsUntilGivenUp(patience)).toBeCloseTo(0.13 * LIMITS.times);
});

test("one answer that does not come fails all that are waited for; a failure is an answer", async () => {
  const patience = new Patience(LIMITS);
  await expect(patience.wait(Promise.reject(new Error("no")))).rejects.toThrow("no");
  const both = await Promise.allSettled([patience.wait(never), patience.wait(sleep(250).then(() => never))]);
  for (const { status } of both) expect(status).toBe("rejected");
});

test("the time that this process itself stood still does not count", async () => {
  const patience = new Patience(LIMITS);
  const answer = patience.wait(sleep(50).then(() => "answer"));
  for (const end = performance.now() + 600; performance.now() < end; );
  expect(await answer).toBe("answer");
});
