import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { installedModels, loadModel } from "../../src/inference/model.ts";
import { fixtureModelPath } from "../support/fixture-model.ts";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "landstitch-model-"));
  await cp(fixtureModelPath("pixelwise"), folder, { recursive: true });
});
afterAll(() => rm(folder, { recursive: true }));

describe("loadModel", () => {
  test.each(["", "model.json", "model.onnx"])(
    "finds a model by its folder, card or graph: %s",
    async (name) => {
      const { card, path } = await loadModel(join(folder, name));
      expect(card.name).toBe("pixelwise");
      expect(path).toBe(join(folder, "model.onnx"));
    },
  );

  test("every installed model has a valid card and the file that it names", async () => {
    const names = await installedModels();
    expect(names).toContain("pspnet-mobilenetv2");
    for (const name of names) expect((await loadModel(name)).card.name).toBe(name);
  });

  test("an unknown name is answered with the nearest one", async () => {
    await expect(loadModel("pspnet-mobilnet")).rejects.toMatchObject({
      code: "no-model",
      hint: expect.stringContaining("pspnet-mobilenetv2"),
    });
  });

  test("a graph without a card says where the card belongs", async () => {
    const bare = join(folder, "bare.onnx");
    await cp(join(folder, "model.onnx"), bare);
    await rm(join(folder, "model.json"));
    await expect(loadModel(bare)).rejects.toMatchObject({
      code: "no-card",
      hint: expect.stringContaining("bare.json"),
    });
    await cp(join(fixtureModelPath("pixelwise"), "model.json"), join(folder, "model.json"));
  });

  test("one flipped byte in the weights is found", async () => {
    const path = join(folder, "model.onnx");
    const bytes = await readFile(path);
    bytes[bytes.length >> 1]! ^= 1;
    await writeFile(path, bytes);
    await expect(loadModel(folder)).rejects.toMatchObject({ code: "damaged-model" });
    await cp(join(fixtureModelPath("pixelwise"), "model.onnx"), path);
  });

  test.each([
    { change: { chip: 0 }, found: "chip" },
    { change: { colour: "red" }, found: "colour" },
    { change: { classes: [] }, found: "classes" },
    { change: { input: {} }, found: "input.layout" },
    {
      change: {
        metrics: [
          {
            dataset: "a",
            split: "b",
            confusion: [
              [1, 2, 3],
              [4, 5, 6],
              [7, 8],
            ],
          },
        ],
      },
      found: "metrics.0.confusion",
    },
  ])("a wrong card names the key: $found", async ({ change, found }) => {
    const card = JSON.parse(await readFile(join(fixtureModelPath("pixelwise"), "model.json"), "utf8"));
    const path = join(folder, "wrong.json");
    await writeFile(path, JSON.stringify({ ...card, ...change }));
    await expect(loadModel(path)).rejects.toMatchObject({
      code: "bad-card",
      message: expect.stringContaining(found),
    });
  });
});
