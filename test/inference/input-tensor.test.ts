import { expect, test } from "vitest";
import { inputTensorData } from "../../src/inference/input-tensor.ts";

const plain = {
  layout: "nhwc",
  dtype: "uint8",
  bands: ["red", "green"],
  scale: 1,
  mean: [0],
  std: [1],
  height: null,
  width: null,
  multipleOf: 1,
} as const;
const input = (changes: object) => ({ ...plain, bands: [...plain.bands], mean: [0], std: [1], ...changes });

test("8-bit pixels for a model that normalises itself are passed on as they are", () => {
  const data = Uint8Array.of(1, 2, 3, 4);
  expect(inputTensorData(data, 2, input({}))).toBe(data);
});

test("each band gets its own mean and standard deviation", () => {
  const data = Uint8Array.of(10, 100, 20, 200);
  const tensor = inputTensorData(data, 2, input({ dtype: "float32", scale: 0.1, mean: [1, 2], std: [2, 4] }));
  expect([...tensor]).toEqual([0, 2, 0.5, 4.5]);
});

test("planes come one after the other for a model in NCHW", () => {
  const tensor = inputTensorData(Uint8Array.of(1, 2, 3, 4), 2, input({ layout: "nchw" }));
  expect([...tensor]).toEqual([1, 3, 2, 4]);
});

test("16-bit pixels keep their values in a float model", () => {
  expect([...inputTensorData(Uint16Array.of(65535, 1), 1, input({ dtype: "float32" }))]).toEqual([65535, 1]);
});
