import { expect, test } from "vitest";
import { giveBackSamples, takeSamples } from "../../src/scene/spare-samples.ts";

test("an array that was given back is taken again where type and length are the same", () => {
  const samples = takeSamples("uint16", 77);
  giveBackSamples(samples);
  expect(takeSamples("uint16", 78)).not.toBe(samples);
  expect(takeSamples("int16", 77)).not.toBe(samples);
  expect(takeSamples("uint16", 77)).toBe(samples);
  expect(takeSamples("uint16", 77)).not.toBe(samples);
});

test("of more than 16 MiB the oldest are dropped", () => {
  const length = 5 * 2 ** 20;
  const arrays = Array.from({ length: 4 }, () => new Uint8Array(length));
  arrays.forEach(giveBackSamples);
  const taken = arrays.map(() => arrays.indexOf(takeSamples("uint8", length) as (typeof arrays)[number]));
  expect(taken).toEqual([3, 2, 1, -1]);
});

test("a view of larger memory is not kept: others may use the rest", () => {
  const view = new Uint8Array(new ArrayBuffer(100), 0, 33);
  giveBackSamples(view);
  expect(takeSamples("uint8", 33)).not.toBe(view);
});
