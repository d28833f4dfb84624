import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import sharp from "sharp";
import { beforeAll, describe, expect, test } from "vitest";
import type { Evaluation } from "../../src/evaluate/evaluate.ts";
import { installedModels, loadModel } from "../../src/inference/model.ts";
import { pixelsOf } from "../support/raster-pixels.ts";
import { callCli } from "../support/run-cli.ts";
import { scratchFolder } from "../support/scratch.ts";
import { writeScene } from "../support/write-scene.ts";

const TILE = fileURLToPath(new URL("../../../shared/data/dubai/tile-2", import.meta.url));
const hasData = existsSync(TILE);
const MASK_COLOURS = ["e2a929", "8429f6", "6ec1e4", "3c1098", "fedd3a"];
const UNLABELLED = 255;

const models = await installedModels();
const scratch = scratchFolder();
const [scene, reference] = ["tile-2.tif", "tile-2-labels.tif"].map((name) => join(scratch, name));

/** The validation image, 3 x 3 parts side by side, and its labels, as GeoTIFFs of 1 m. */
async function writeTile(): Promise<void> {
  mkdirSync(scratch, { recursive: true });
  const image = await joined("images", "jpg");
  await writeScene(scene!, image);
  const masks = await joined("masks", "png");
  const data = Uint8Array.from({ length: masks.width * masks.height }, (_, i) => {
    const found = MASK_COLOURS.indexOf(Buffer.from(masks.data.subarray(i * 3, i * 3 + 3)).toString("hex"));
    return found < 0 ? UNLABELLED : found;
  });
  await writeScene(reference!, { ...masks, data, bands: 1, nodata: UNLABELLED, cog: { overviews: "mode" } });
}

async function joined(kind: string, suffix: string) {
  const parts = await Promise.all(
    Array.from({ length: 9 }, (_, i) =>
      sharp(join(TILE, kind, `image_part_00${i + 1}.${suffix}`))
        .toColourspace("srgb")
        .removeAlpha()
        .raw()
        .toBuffer({ resolveWithObject: true }),
    ),
  );
  const width = parts.slice(0, 3).reduce((sum, { info }) => sum + info.width, 0);
  const height = [0, 3, 6].reduce((sum, i) => sum + parts[i]!.info.height, 0);
  const data = new Uint8Array(width * height * 3);
  let [left, top] = [0, 0];
  for (const { data: part, info } of parts) {
    for (let row = 0; row < info.height; row++) {
      const start = row * info.width * 3;
      data.set(part.subarray(start, start + info.width * 3), ((top + row) * width + left) * 3);
    }
    left += info.width;
    if (left < width) continue;
    left = 0;
    top += info.height;
  }
  return { width, height, data };
}

/** What a model's map of the image scores, and what its card says. */
async function scored(name: string, tta: string) {
  const out = join(scratch, `${name} ${tta}`);
  const precision = name.endsWith("-int8") ? "int8" : "fp32"; // the very graph of the card
  const how = ["-m", name, "--precision", precision, "--device", "cpu", "--tta", tta, "--quiet"];
  expect(await callCli("map", scene!, "-o", out, ...how, "--outputs", "landcover,confidence")).toMatchObject({
    code: 0,
    stderr: "",
  });
  const { stdout } = await callCli("evaluate", join(out, "landcover.tif"), reference!, "--json");
  const card = (await loadModel(name)).card.metrics.find(({ split }) => split.includes("tile 2"))!;
  return { ...(JSON.parse(stdout) as Evaluation), card, out };
}

/** Expected calibration error (Guo et al. 2017) of a map's confidence, in ten bins. */
async function calibrationError(out: string): Promise<number> {
  const paths = [join(out, "landcover.tif"), join(out, "confidence.tif"), reference!];
  const [labels, confidence, truth] = (await Promise.all(paths.map(pixelsOf))).map(({ data }) => data);
  const bins = Array.from({ length: 10 }, () => ({ pixels: 0, right: 0, confidence: 0 }));
  for (const [i, label] of truth!.entries()) {
    if (label === UNLABELLED) continue;
    const bin = bins[Math.min(9, Math.floor(confidence![i]! / 10))]!;
    bin.pixels++;
    bin.confidence += confidence![i]! / 100;
    if (labels![i] === label) bin.right++;
  }
  const pixels = bins.reduce((sum, bin) => sum + bin.pixels, 0);
  return bins.reduce((sum, bin) => sum + Math.abs(bin.right - bin.confidence), 0) / pixels;
}

const without = hasData ? "" : " (skipped: no shared data)";

describe.skipIf(!hasData)("map and evaluate on the validation image", () => {
  beforeAll(() => (hasData ? writeTile() : undefined));

  test.each(models)(
    `give the score that the card of %s states, within 0.2 points, and a confidence that holds${without}`,
    async (name) => {
      const { scores, classes, pixels, card, out } = await scored(name, "none");
      expect(pixels.compared).toBe(card["pixels"]);
      expect(Math.abs(scores.meanIoU! - card.meanIoU!)).toBeLessThan(0.002);
      expect(Math.abs(scores.pixelAccuracy! - card.pixelAccuracy!)).toBeLessThan(0.002);
      for (const [i, { iou }] of scores.perClass.entries()) {
        const label = classes[i]!.name!;
        expect(Math.abs(iou! - card.perClass![label]!.iou), label).toBeLessThan(0.01);
      }
      const { expectedCalibrationError } = card["calibration"] as {
        readonly expectedCalibrationError: number;
      };
      const error = await calibrationError(out);
      expect(error).toBeLessThan(0.05);
      expect(Math.abs(error - expectedCalibrationError)).toBeLessThan(0.01);
    },
  );

  test.each(["pspnet-mobilenetv2", "pspnet-mobilenetv2-int8"])(
    `give what the card of %s says of --tta flip, within 0.2 points${without}`,
    async (name) => {
      const { scores, card } = await scored(name, "flip");
      expect(card.flips!.gain).toBeGreaterThan(0);
      expect(Math.abs(scores.meanIoU! - card.flips!.meanIoU)).toBeLessThan(0.002);
    },
  );
});
