import { expect, test } from "vitest";
import { blockCache } from "../../src/scene/block-cache.ts";

function counting(): { load: (key: string) => () => Promise<string>; loads: string[] } {
  const loads: string[] = [];
  return {
    loads,
    load: (key) => async () => {
      loads.push(key);
      return key;
    },
  };
}

test("a block that is kept is not decoded again", async () => {
  const cache = blockCache<string>(10, () => 4);
  const { load, loads } = counting();
  for (const key of ["a", "b", "a", "b"]) await cache.get(key, load(key));
  expect(loads).toEqual(["a", "b"]);
});

test("the block used longest ago goes first when the bytes are used up", async () => {
  const cache = blockCache<string>(10, () => 4);
  const { load, loads } = counting();
  for (const key of ["a", "b", "a", "c", "a", "b"]) await cache.get(key, load(key));
  expect(loads).toEqual(["a", "b", "c", "b"]);
});

test("requests at the same time for one block share one decode", async () => {
  const cache = blockCache<string>(0, () => 4);
  const { load, loads } = counting();
  await Promise.all(["a", "a", "b", "a"].map((key) => cache.get(key, load(key))));
  expect(loads).toEqual(["a", "b"]);
});

test("a block that failed is tried again", async () => {
  const cache = blockCache<string>(10, () => 4);
  await expect(cache.get("a", () => Promise.reject(new Error("damaged")))).rejects.toThrow("damaged");
  await expect(cache.get("a", () => Promise.resolve("whole"))).resolves.toBe("whole");
});
