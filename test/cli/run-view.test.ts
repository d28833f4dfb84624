import { expect, test } from "vitest";
import { payload, startLines } from "../../src/cli/run-view.ts";

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

test("the first line names the device, why better ones are not used, and the command that tells what to do", () => {
  const start = {
    ...({
      type: "start",
      version: "1.2.3",
      scene: "a.tif",
      model: "m 1.0.0",
      device: "cpu",
      workers: 1,
    } as const),
    ...{ width: 2000, height: 10, gsd: 0.5, chips: 1, output: "out" },
    rejectedDevices: [
      { device: "cuda", reason: "libx.so is not installed" },
      { device: "webgpu", reason: "no graphics adapter is present" },
    ],
  };
  expect(startLines(start).split("\n")).toEqual([
    "landstitch 1.2.3 on the CPU, 1 worker (cuda: libx.so is not installed; webgpu: no graphics adapter is present; to mend it: landstitch doctor)",
    "a.tif: 2,000 x 10 px at 0.500 m, 1 chip for m 1.0.0",
    "",
  ]);
  expect(startLines({ ...start, rejectedDevices: [] })).toMatch(/^landstitch 1.2.3 on the CPU, 1 worker\n/);
});
