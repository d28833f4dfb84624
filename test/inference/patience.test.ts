import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { HungDeviceError, Patience } from "../../src/inference/patience.ts";

/** Seconds, far apart: the machine may be busy. */
const LIMITS = { first: 2, least: 0.2, times: 3 };
const never = new Promise<never>(() => undefined);

async function secondsUntilGivenUp(patience: Patience): Promise<number> {
  const started = performance.now();
  await expect(patience.wait(never)).rejects.toThrow(HungDeviceError);
  return (performance.now() - started) / 1000;
}

test("the first answer may take longer than those after it", async () => {
  const patience = new Patience(LIMITS);
  expect(await secondsUntilGivenUp(patience)).toBeGreaterThan(1.9);
  await patience.wait(Promise.resolve());
  expect(await secondsUntilGivenUp(patience)).toBeLessThan(1.9);
});

test("patience is so many times the median of the answers before", async () => {
  const patience = new Patience(LIMITS);
  for (const seconds of [0.13, 0, 0.13]) await patience.wait(sleep(seconds * 1000));
  expect(await secondsUntilGivenUp(patience)).toBeGreaterThan(0.35);
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
