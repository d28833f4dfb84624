import { expect, test } from "vitest";
import { loadModel } from "../../src/inference/model.ts";
import { atPrecision, gainsFromInt8 } from "../../src/inference/precision.ts";
import { fixtureModel } from "../support/fixture-model.ts";

test.each([
  { cpuinfo: "flags\t\t: fpu sse4_2 avx avx2 bmi2\n", gains: true, because: "AVX2 was measured to gain" },
  { cpuinfo: "flags\t\t: avx2 avx512f avx512_vnni amx_int8\n", gains: true, because: "VNNI gains more" },
  { cpuinfo: "flags\t\t: fpu sse4_2 avx\n", gains: false, because: "no AVX2" },
  { cpuinfo: "Features\t: fp asimd asimddp\n", gains: false, because: "ARM was not measured" },
  { cpuinfo: "model name\t: avx2 emulator\n", gains: false, because: "only flags count" },
  { cpuinfo: "", gains: false, because: "nothing is known" },
])("--precision auto takes 8-bit integers by the CPU's flags: $because", ({ cpuinfo, gains }) => {
  expect(gainsFromInt8(cpuinfo)).toBe(gains);
});

const model = await loadModel("pspnet-mobilenetv2");

test.each([
  { precision: "int8", device: "cpu", name: "pspnet-mobilenetv2-int8" },
  { precision: "fp32", device: "cpu", name: "pspnet-mobilenetv2" },
  { precision: "auto", device: "cuda", name: "pspnet-mobilenetv2" },
  { precision: "auto", device: "webgpu", name: "pspnet-mobilenetv2" },
] as const)("--precision $precision on $device runs $name", async ({ precision, device, name }) => {
  expect((await atPrecision(model, precision, device)).card.name).toBe(name);
});

test.each([
  { precision: "int8", name: "pspnet-mobilenetv2-int8" },
  { precision: "auto", name: "pspnet-mobilenetv2-int8" },
  { precision: "fp32", name: "pspnet-mobilenetv2" },
] as const)("-m pspnet-mobilenetv2-int8 --precision $precision runs $name", async ({ precision, name }) => {
  const integers = await loadModel("pspnet-mobilenetv2-int8");
  expect((await atPrecision(integers, precision, "cpu")).card.name).toBe(name);
});

test("both variants of a model cut, scale and answer alike, so that one can stand for the other", async () => {
  const int8 = await atPrecision(model, "int8", "cpu");
  for (const key of ["input", "output", "classes", "chip", "overlap", "gsd"] as const) {
    expect(int8.card[key]).toEqual(model.card[key]);
  }
});

test("8-bit integers lose at most 0.5 points of mean IoU, by the cards", async () => {
  const int8 = await atPrecision(model, "int8", "cpu");
  const [exact, coarse] = [model, int8].map(({ card }) => card.metrics[0]!);
  expect([coarse!.dataset, coarse!.split]).toEqual([exact!.dataset, exact!.split]);
  expect(coarse!.meanIoU).toBeGreaterThan(exact!.meanIoU! - 0.005);
});

test("a model without a variant runs as it is, and 8-bit integers are refused", async () => {
  const plain = await fixtureModel("pixelwise");
  expect(await atPrecision(plain, "auto", "cpu")).toBe(plain);
  await expect(atPrecision(plain, "int8", "cpu")).rejects.toMatchObject({ code: "no-int8" });
});
