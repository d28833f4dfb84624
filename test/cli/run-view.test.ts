import { expect, test } from "vitest";
import { payload } from "../../src/cli/run-view.ts";

const event = {
  type: "progress",
  stage: "map",
  done: 10,
  total: 20,
  megapixelsPerSecond: 40,
  secondsLeft: 3,
  busyShare: 0.934,
} as const;

test("the progress line of a GPU tells how busy it is", () => {
  const { speed } = payload(event, { gsd: null, device: "cuda" });
  expect(speed).toBe("40 Mpx/s | cuda 93 % busy");
});

test("that of the CPU does not, nor that of a stage without a device", () => {
  expect(payload(event, { gsd: 1, device: "cpu" }).speed).toBe("40 Mpx/s, 144,000 km²/h");
  const { busyShare: _, ...tiles } = event;
  expect(payload(tiles, { gsd: null, device: "cuda" }).speed).toBe("40 Mpx/s");
});
