import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { fixtureModelPath } from "../support/fixture-model.ts";
import { MATRIX } from "../support/matrix-models.ts";
import { modelVariant } from "../support/model-variant.ts";
import { callCli } from "../support/run-cli.ts";
import { scratchFolder } from "../support/scratch.ts";
import { expectUserError } from "../support/user-error.ts";
import { writeScene } from "../support/write-scene.ts";

const scratch = scratchFolder();
const scene = join(scratch, "scene.tif");
const NAME = "float32-nchw-softmax-stride4";
const foreign = join(scratch, "foreign.onnx");
const silent = join(scratch, "silent.onnx");
let samples: Uint8Array | Uint16Array;
beforeAll(async () => {
  writeFileSync(foreign, MATRIX.find(({ name }) => name.startsWith(NAME))!.graph);
  writeFileSync(silent, readFileSync(join(fixtureModelPath("pixelwise"), "model.onnx")));
  samples = await writeScene(scene, { width: 90, height: 70 });
});

const mapWith = async (model: string, name: string) => {
  const out = join(scratch, name);
  const args = ["-m", model, "--outputs", "landcover,areas", "--device", "cpu", "--workers", "1", "--quiet"];
  return { out, result: await callCli("map", scene, "-o", out, ...args) };
};

describe("inspect MODEL.onnx without a card", () => {
  test("tells what the file declares, its metadata, and what is only assumed", async () => {
    const { stdout, code } = await callCli("inspect", foreign);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Input +image: float32 \[(1|batch), 3, (64|height), (64|width)\]$/m);
    expect(stdout).toMatch(/^Output +scores: float32 \[batch, 3, /m);
    expect(stdout).toMatch(/^Metadata +class_names = \{"0": "low", "1": "middle", "2": "high"\}$/m);
    expect(stdout).toMatch(/^Answers +softmax, nchw, 1\/4 size$/m);
    expect(stdout).toMatch(/Warning: not said by the file.*looks like softmax on a test pattern/);
    expect(stdout).toMatch(/map -m takes the model by its metadata as it is/);
  });

  test("-o begins a card that maps, and never overwrites one", async () => {
    const card = join(scratch, "silent.json");
    expect((await mapWith(silent, "without")).result.code).toBe(2);
    expect((await callCli("inspect", silent, "-o", card)).code).toBe(0);
    expect(JSON.parse(readFileSync(card, "utf8"))).toMatchObject({
      file: "silent.onnx",
      input: { dtype: "uint8", layout: "nhwc" },
      output: { kind: "softmax", stride: 1 },
      classes: [{ name: "class 0" }, { name: "class 1" }, { name: "class 2" }],
    });
    const { out, result } = await mapWith(silent, "with");
    expect(result).toMatchObject({ code: 0, stderr: "" });
    expect(pixelsByClass(out)).toEqual(expectedPixels());
    expectUserError(await callCli("inspect", silent, "-o", card), /has a card already/, /move the card away/);
  });

  test("a file that is no model is refused", async () => {
    const path = join(scratch, "text.onnx");
    writeFileSync(path, "hello");
    expectUserError(
      await callCli("inspect", path),
      /not an ONNX model that can be loaded/,
      /Get the file again/,
    );
  });

  test("-o is for models", async () => {
    const card = join(scratch, "scene.json");
    expectUserError(await callCli("inspect", scene, "-o", card), /is no \.onnx file/, /Leave -o out/);
    expect(existsSync(card)).toBe(false);
  });
});

test("map -m takes a model of the QGIS plugin Deepness as it is", async () => {
  const whole = join(scratch, "whole.onnx");
  writeFileSync(whole, MATRIX.find(({ name }) => name.startsWith("float32-nchw-logits-stride1"))!.graph);
  const { out, result } = await mapWith(whole, "deepness");
  expect(result).toMatchObject({ code: 0, stderr: "" });
  expect(pixelsByClass(out)).toEqual(expectedPixels());
});

test("inspect names where a card and its model differ", async () => {
  const model = modelVariant(join(scratch, "differs"), { input: { bands: ["1", "2"], mean: [0], std: [1] } });
  const { stdout } = await callCli("inspect", join(model, "model.json"));
  expect(stdout).toMatch(/^Error: the model takes 3 bands, but its card names 2 \(1, 2\)$/m);
});

function pixelsByClass(folder: string): readonly number[] {
  const { classes } = JSON.parse(readFileSync(join(folder, "areas.json"), "utf8")) as {
    classes: readonly { pixels: number }[];
  };
  return classes.map(({ pixels }) => pixels);
}

function expectedPixels(): readonly number[] {
  const counts = [0, 0, 0];
  for (let i = 0; i < samples.length; i += 3)
    counts[(samples[i]! + samples[i + 1]! + samples[i + 2]!) >> 8]!++;
  return counts;
}
