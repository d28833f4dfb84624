import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, test } from "vitest";
import { fixtureModelPath } from "../support/fixture-model.ts";
import { type ModelChanges, modelVariant } from "../support/model-variant.ts";
import { type CliResult, callCli, runCli } from "../support/run-cli.ts";
import { scratchFolder } from "../support/scratch.ts";
import { expectNoOutput, expectUserError } from "../support/user-error.ts";
import { writeScene } from "../support/write-scene.ts";

const scratch = scratchFolder();
const scene = join(scratch, "scene.tif");
beforeAll(async () => void (await writeScene(scene, { width: 60, height: 50 })));

/** What the card of a fixture says its model's digest is. */
function cardSha256(name: string): string {
  return JSON.parse(readFileSync(join(fixtureModelPath(name), "model.json"), "utf8")).sha256;
}

let runs = 0;
async function expectRefusal(
  model: string,
  found: RegExp,
  hint: RegExp,
  start: (...args: string[]) => Promise<CliResult> = callCli,
): Promise<void> {
  const out = join(scratch, `out${runs++}`);
  const args = ["map", scene, "-o", out, "-m", model, "--device", "cpu", "--workers", "2", "--quiet"];
  expectUserError(await start(...args), found, hint);
  expectNoOutput(out);
}

describe("map refuses, in two lines and with exit 2, a model", () => {
  const two = ["a", "b"].map((name, id) => ({ id, name, color: "#000000" }));
  const mismatches: readonly { what: string; found: RegExp; changes: ModelChanges }[] = [
    {
      what: "without the input of its card",
      found: /no input "picture"; it has "image"/,
      changes: { input: { name: "picture" } },
    },
    {
      what: "without the output of its card",
      found: /no output "answer"; it has "scores"/,
      changes: { output: { name: "answer" } },
    },
    {
      what: "of other classes than its card",
      found: /answers 3 classes, but its card names 2 \(a, b\)/,
      changes: { card: { classes: two } },
    },
    {
      what: "of another stride than its card",
      found: /shape \[1, 3, 64, 64\].*card.* \[1, 3, 16, 16\]/,
      changes: { output: { stride: 4 } },
    },
    {
      what: "of another input layout than its card",
      found: /takes \[batch, height, width, 3\], but its card says nchw/,
      changes: { input: { layout: "nchw" } },
    },
    {
      what: "of another output layout than its card",
      found: /answers \[batch, 3, height, width\], but its card says nhwc/,
      changes: { output: { layout: "nhwc" } },
    },
    {
      what: "of another element type than its card",
      found: /takes uint8, but its card says float32/,
      changes: { input: { dtype: "float32" } },
    },
    {
      what: "of other bands than its card",
      found: /takes 3 bands, but its card names 2 \(red, green\)/,
      changes: { input: { bands: ["red", "green"], mean: [0], std: [1] } },
    },
    {
      what: "that answers scores where its card says labels",
      found: /answers \[batch, 3, height, width\], but its card says labels/,
      changes: { output: { kind: "labels" } },
    },
    {
      what: "of one size where its card says another",
      found: /takes chips of 64 x 64 px, but by its card they are 128 x 128/,
      changes: { of: "fixed64", input: { height: 128, width: 128 } },
    },
    {
      what: "that differs in several ways, and names them all",
      found:
        /takes uint8, but its card says float32; the model takes 3 bands, .*; the model answers 3 classes, /,
      changes: {
        input: { dtype: "float32", bands: ["1", "2"], mean: [0], std: [1] },
        card: { classes: two },
      },
    },
    {
      what: "of raw scores where its card says probabilities",
      found: /sum to -?[\d.]+ in a cell, .*output\.kind softmax/,
      changes: { of: "logits-nhwc", output: { kind: "softmax" } },
    },
    {
      what: "that is cut off, though its SHA-256 is right",
      found: /not an ONNX model that can be loaded/,
      changes: { graph: (bytes) => bytes.subarray(0, bytes.length >> 1) },
    },
    {
      what: "that is text",
      found: /not an ONNX model that can be loaded/,
      changes: { graph: () => Buffer.from("hello\n") },
    },
    {
      what: "that is empty",
      found: /not an ONNX model that can be loaded/,
      changes: { graph: () => Buffer.alloc(0) },
    },
  ];
  test.each(mismatches)("$what", async ({ what, found, changes }) => {
    await expectRefusal(
      modelVariant(join(scratch, what), changes),
      found,
      /Get the file again or correct the model card/,
    );
  });

  test("with a flipped byte, by its SHA-256", async () => {
    const model = modelVariant(join(scratch, "flipped"), {
      damage: (bytes) => {
        bytes[100]! ^= 1;
        return bytes;
      },
    });
    await expectRefusal(
      model,
      new RegExp(`its SHA-256 is [0-9a-f]{64}, but the card says ${cardSha256("pixelwise")}`),
      /Get the file again.*`sha256`/,
    );
  });

  const cards: readonly { what: string; found: RegExp; card: ModelChanges["card"] }[] = [
    {
      what: "with an unknown key in its card",
      found: /Unrecognized key: "colour"/,
      card: { colour: 1 } as object,
    },
    {
      what: "with a colour that is none",
      found: /classes\.0\.color/,
      card: { classes: [{ id: 0, name: "a", color: "black" }] },
    },
    {
      what: "with two classes of one id",
      found: /two classes have the same id/,
      card: { classes: [two[0]!, two[0]!] },
    },
  ];
  test.each(cards)("$what", async ({ what, found, card }) => {
    await expectRefusal(
      modelVariant(join(scratch, what), { card: card! }),
      found,
      /model-card\.schema\.json/,
    );
  });

  test("whose card names a file that is not there", async () => {
    const model = modelVariant(join(scratch, "elsewhere"), { card: { file: "other.onnx" } });
    await expectRefusal(model, /other\.onnx: no such file/, /Correct `file`/);
  });

  test("whose card is not JSON", async () => {
    const path = join(scratch, "card.json");
    writeFileSync(path, '{\n  "name": "x"\n  "version": 1\n}');
    await expectRefusal(path, /card\.json: .*JSON/, /must be JSON/);
  });

  test("that has no card", async () => {
    const path = join(scratch, "bare.onnx");
    cpSync(join(fixtureModelPath("pixelwise"), "model.onnx"), path);
    rmSync(join(scratch, "model.json"), { force: true });
    await expectRefusal(
      path,
      /there is no model card beside the model/,
      /inspect .*bare\.onnx -o bare\.json/,
    );
  });

  test.each([
    {
      what: "whose metadata is for detecting",
      keys: { model_type: '"Detector"', class_names: '{"0": "car"}' },
      found: /model_type Detector, but land cover needs a Segmentor/,
    },
    {
      what: "whose metadata cannot be understood",
      keys: { model_type: '"Segmentor"', resolution: "coarse" },
      found: /metadata key resolution is coarse: /,
    },
  ])("$what", async ({ what, keys, found }) => {
    const path = join(scratch, `${what}.onnx`);
    const graph = readFileSync(join(fixtureModelPath("pixelwise"), "model.onnx"));
    writeFileSync(path, Buffer.concat([graph, ...Object.entries(keys).map(metadataProp)]));
    await expectRefusal(path, found, /model card beside/);
  });

  test("that is not installed, and names the nearest that is", async () => {
    await expectRefusal("pspnet-mobilnetv2", /no such model/, /Did you mean pspnet-mobilenetv2\?/);
  });
});

/** One more entry of metadata_props: fields of a protobuf message may follow each other in any order. */
function metadataProp([key, value]: readonly [string, string]): Buffer {
  const field = (tag: number, text: Buffer): Buffer => Buffer.concat([Buffer.from([tag, text.length]), text]);
  return field((14 << 3) | 2, Buffer.concat([field(10, Buffer.from(key)), field(18, Buffer.from(value))]));
}

const hasGpu =
  ["/dev/nvidiactl", "/dev/dri"].some(existsSync) || process.env["VK_ICD_FILENAMES"] !== undefined;

test.skipIf(hasGpu).each([
  { device: "cuda", found: /--device cuda: .*(libonnxruntime_providers_cuda|NVIDIA|CUDA)/ },
  { device: "webgpu", found: /--device webgpu: (?!.*(onnxruntime_src|ONNX model)).*(adapter|Vulkan)/ },
])(
  `--device $device says what is missing where there is none${hasGpu ? " (skipped: there is a GPU)" : ""}`,
  async ({ device, found }) => {
    const out = join(scratch, `out ${device}`);
    const model = fixtureModelPath("pixelwise");
    expectUserError(
      await callCli("map", scene, "-o", out, "-m", model, "--device", device),
      found,
      /--device auto/,
    );
    expectNoOutput(out);
  },
);

describe("a process whose model or workers fail ends with exit 2, never by a signal:", () => {
  const start = (...args: string[]): Promise<CliResult> => runCli(args);

  test.concurrent("a model that is cut off", async () => {
    const model = modelVariant(join(scratch, "cut"), { graph: (bytes) => bytes.subarray(0, 300) });
    await expectRefusal(model, /cannot|can be loaded/, /Get the file again/, start);
  });

  test.concurrent("a model that fails in the middle of the scene, with other chips under way", async () => {
    const data = new Uint8Array(300 * 300 * 3).fill(100);
    data[(170 * 300 + 170) * 3] = 13;
    const path = join(scratch, "thirteen.tif");
    await writeScene(path, { width: 300, height: 300, data });
    const out = join(scratch, "out nan");
    const args = [
      "map",
      path,
      "-o",
      out,
      "-m",
      fixtureModelPath("nan"),
      "--device",
      "cpu",
      "--workers",
      "4",
      "--quiet",
    ];
    expectUserError(
      await runCli(args),
      /the chip of 64 x 64 px at column 144, row 144: .*NaN/,
      /another model/,
    );
    expectNoOutput(out);
  });

  test.concurrent.each([
    { what: "whose file is missing", file: "onnx-worker.js", text: null },
    {
      what: "whose runtime does not load",
      file: "onnx-worker.js",
      text: 'throw new Error("libgomp.so.1 is missing");\n',
    },
  ])("a worker $what", async ({ what, file, text }) => {
    const cli = packageCopy(join(scratch, `copy ${what}`), file, text);
    const out = join(scratch, `out ${what}`);
    const model = fixtureModelPath("pixelwise");
    const args = ["map", scene, "-o", out, "-m", model, "--device", "cpu", "--workers", "3", "--quiet"];
    expectUserError(await runCli(args, { cli }), text === null ? /Cannot find module/ : /libgomp/, /./);
    expectNoOutput(out);
  });
});

/** A copy of the built package with one file of its inference changed or taken away; returns its command line. */
function packageCopy(folder: string, file: string, text: string | null): string {
  const root = fileURLToPath(new URL("../../", import.meta.url));
  mkdirSync(folder, { recursive: true });
  for (const name of ["dist", "package.json"])
    cpSync(join(root, name), join(folder, name), { recursive: true });
  for (const name of ["node_modules", "models", "pipelines"])
    symlinkSync(join(root, name), join(folder, name));
  const changed = join(folder, "dist/inference", file);
  if (text === null) rmSync(changed);
  else writeFileSync(changed, text);
  return join(folder, "dist/cli/main.js");
}
