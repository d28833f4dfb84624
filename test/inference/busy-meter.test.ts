import { expect, test } from "vitest";
import { BusyMeter } from "../../src/inference/busy-meter.ts";

test("a device that waits a quarter of the time is 75 % busy", () => {
  const meter = new BusyMeter(1);
  meter.started(10);
  meter.answered(12, 2);
  expect(meter.share).toBe(1);
  meter.started(13);
  meter.answered(14, 1);
  expect(meter.share).toBe(0.75);
});

test("two workers that take turns are half busy each", () => {
  const meter = new BusyMeter(2);
  meter.started(0);
  meter.answered(1, 1);
  meter.started(1);
  meter.answered(2, 1);
  expect(meter.share).toBe(0.5);
});

test("nothing is known before the first answer", () => {
  const meter = new BusyMeter(1);
  expect(meter.share).toBeNull();
  meter.started(5);
  expect(meter.share).toBeNull();
});
