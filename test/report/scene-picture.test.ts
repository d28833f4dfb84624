import { describe, expect, test } from "vitest";
import { pictureChannels, pictureSize, ScenePicture } from "../../src/report/scene-picture.ts";
import { memoryScene } from "../support/memory-scene.ts";

const side = 3000;

/** Red is the column, green the row, both in steps of 16 px. */
function ramp(): Uint8Array {
  const data = new Uint8Array(side * side * 3);
  for (let i = 0; i < side * side; i++) data.set([(i % side) >> 4, Math.floor(i / side) >> 4, 77], i * 3);
  return data;
}

describe("the picture of a scene", () => {
  test("is halved until it is at most 1400 px long, as overviews are", () => {
    expect(pictureSize({ width: 1400, height: 3 })).toEqual({ width: 1400, height: 3 });
    expect(pictureSize({ width: 4097, height: 2 })).toEqual({ width: 1025, height: 1 });
  });

  test("shows red, green and blue wherever they are among the bands, and one band in grey", () => {
    expect(pictureChannels(["nir", "blue", "green", "red"])).toEqual([3, 2, 1]);
    expect(pictureChannels(["1", "2", "3", "4"])).toEqual([0, 1, 2]);
    expect(pictureChannels(["1", "2"])).toEqual([0]);
  });

  test("is the same whether others read the scene, in whatever windows, or nobody does", async () => {
    const scene = memoryScene({ width: side, height: side, data: ramp() });
    const alone = await new ScenePicture(scene, [0, 1, 2]).finish([0, 1, 2]);
    const shown = new ScenePicture(scene, [0, 1, 2]);
    const watched = shown.watch();
    for (let row = 0; row < side; row += 500)
      await watched.read({ col: 0, row, width: side, height: 500 }, { bands: [0, 1, 2] });
    const { rgba } = await shown.finish([0, 1, 2]);
    expect(Buffer.compare(Buffer.from(rgba), Buffer.from(alone.rgba))).toBe(0);
    expect([...alone.rgba.subarray(0, 4)]).toEqual([0, 0, 77, 255]);
    const cell = (300 * alone.width + 600) * 4;
    expect([...alone.rgba.subarray(cell, cell + 4)]).toEqual([150, 75, 77, 255]);
  });
});
