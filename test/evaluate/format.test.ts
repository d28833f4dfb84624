import { expect, test } from "vitest";
import { evaluate } from "../../src/evaluate/evaluate.ts";
import { evaluationJson, formatEvaluation } from "../../src/evaluate/format.ts";
import { memoryScene } from "../support/memory-scene.ts";

const NAMES = ["water", "land", "road"];
const palette = NAMES.map((name, value) => ({ value, name, color: "#000000" }));

function evaluation() {
  const size = { width: 1500, height: 2, nodata: 255 };
  const truth = Uint8Array.from({ length: 3000 }, (_, index) => (index < 2000 ? 0 : index < 2990 ? 1 : 255));
  const found = truth.map((value, index) => (index % 4 === 0 && value !== 255 ? 1 - value : value));
  return evaluate(
    memoryScene({ ...size, path: "out/landcover.tif", data: found, palette }),
    memoryScene({ ...size, path: "truth.tif", data: truth }),
    { classes: null },
  );
}

test("the terminal shows scores in percent with two decimals, aligned, and – where undefined", async () => {
  expect(formatEvaluation(await evaluation())).toBe(`\
Prediction  out/landcover.tif
Reference   truth.tif
Grids       the same
Compared    2,990 pixels, 100.00 % of the reference's labels
Left out    10 without reference data, 0 ignored, 0 without prediction data, 0 outside the prediction

Class              IoU  Precision   Recall       F1  Reference px
water          66.73 %    85.81 %  75.00 %  80.04 %         2,000
land           49.80 %    59.74 %  74.95 %  66.49 %           990
road                 –          –        –        –             0
mean           58.26 %    72.78 %  74.97 %  73.27 %
weighted mean  61.12 %    77.18 %  74.98 %  75.55 %

Pixel accuracy  74.98 %
Mean IoU        58.26 %
Kappa            0.4693

Pixels by class: rows are the reference, columns the prediction
       water  land  road
water  1,500   500     0
land     248   742     0
road       0     0     0
`);
});

test("a comparison by nearest pixel says so", async () => {
  const text = formatEvaluation({ ...(await evaluation()), alignment: "nearest", coverage: 0.5 });
  expect(text).toContain(
    "differ: each reference pixel is compared with the prediction's pixel under its centre",
  );
  expect(text).toContain("50.00 % of the reference's labels");
});

test("the JSON is the evaluation itself: shares from 0 to 1, null where undefined", async () => {
  const result = await evaluation();
  expect(JSON.parse(evaluationJson(result))).toEqual(result);
});
