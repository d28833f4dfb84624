import { expect, test } from "vitest";
import { keptKernels } from "../../src/kernels/kept-kernels.ts";

test("calls share kernels until one needs more, and then keep those", () => {
  const kernels = keptKernels<"a" | "b">();
  const first = kernels({ a: 100, b: 50 });
  expect(first.bytes.a.length).toBeGreaterThanOrEqual(100);
  expect(kernels({ a: 10, b: 60 })).toBe(first);
  const second = kernels({ a: 10, b: 5000 });
  expect(second).not.toBe(first);
  expect(kernels({ a: 100, b: 5000 })).toBe(second);
});

test("kernels of more than 16 MiB do not take the place of smaller ones", () => {
  const kernels = keptKernels<"a">();
  const small = kernels({ a: 100 });
  const large = kernels({ a: 17 * 2 ** 20 });
  expect(large.bytes.a.length).toBeGreaterThanOrEqual(17 * 2 ** 20);
  expect(kernels({ a: 18 * 2 ** 20 })).toBe(large);
  expect(kernels({ a: 100 })).toBe(small);
});

test("lengths that grow little by little share most kernels", () => {
  const kernels = keptKernels<"a">();
  const used = new Set(Array.from({ length: 1000 }, (_, i) => kernels({ a: 100_000 + 100 * i })));
  expect(used.size).toBe(2);
});
