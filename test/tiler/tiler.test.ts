import { expect, test } from "vitest";
import type { Scene } from "../../src/scene/scene.ts";
import { planChips } from "../../src/tiler/chip-plan.ts";
import { reflectIndex } from "../../src/tiler/reflect.ts";
import { type Chip, readChips } from "../../src/tiler/tiler.ts";
import { memoryScene } from "../support/memory-scene.ts";
import { blotchyRgb } from "../support/random.ts";

const [width, height] = [300, 210];
const data = blotchyRgb(width, height, 1);

async function chipsOf(scene: Scene, bands: readonly number[] = [0, 1, 2]): Promise<Chip[]> {
  const plan = planChips(scene.grid, { chip: 128, overlap: 32 });
  const chips: Chip[] = [];
  for await (const chip of readChips(scene, plan, { bands, readAhead: 3 })) chips.push(chip);
  return chips;
}

test("chips show the scene, and past its edge the mirror image of it", async () => {
  for (const chip of await chipsOf(memoryScene({ data, width, height }), [2, 0])) {
    const { window } = chip;
    for (let i = 0; i < window.width * window.height; i += 17) {
      const col = reflectIndex(window.col + (i % window.width), width);
      const row = reflectIndex(window.row + Math.floor(i / window.width), height);
      const source = (row * width + col) * 3;
      expect([chip.data![i * 2], chip.data![i * 2 + 1]]).toEqual([data[source + 2], data[source]]);
    }
  }
});

test("a chip without data is passed on without pixels, so that it is not inferred", async () => {
  const mask = new Uint8Array(width * height).fill(1);
  for (let row = 0; row < 128; row++) mask.fill(0, row * width, row * width + 128);
  const [first, second] = await chipsOf(memoryScene({ data, width, height, mask }));
  expect(first?.data).toBeNull();
  expect(first?.ownedMask?.includes(1)).toBe(false);
  expect(second?.data).not.toBeNull();
});

test("nodata values do not reach the model", async () => {
  const floats = Float32Array.from(data);
  const mask = Uint8Array.from({ length: width * height }, (_, i) => (i % 7 === 0 ? 0 : 1));
  for (let i = 0; i < mask.length; i += 7) floats.fill(Number.NaN, i * 3, i * 3 + 3);
  for (const chip of await chipsOf(memoryScene({ data: floats, width, height, mask }))) {
    expect((chip.data as Float32Array).some(Number.isNaN)).toBe(false);
  }
});

test("no more windows are read at a time than asked for", async () => {
  const scene = memoryScene({ data, width, height });
  let reading = 0;
  let most = 0;
  const counting: Scene = {
    ...scene,
    read: async (...args) => {
      most = Math.max(most, ++reading);
      await new Promise((resolve) => setTimeout(resolve, 1));
      reading--;
      return scene.read(...args);
    },
  };
  await chipsOf(counting);
  expect(most).toBe(3);
});
