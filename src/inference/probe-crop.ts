import { fileURLToPath } from "node:url";
import { openScene } from "../scene/open-scene.ts";
import { type SampleArray, type SampleType, sampleArray } from "../scene/raster-block.ts";
import type { ModelCard } from "./model-card.ts";
import { testPattern } from "./test-pattern.ts";

/** A square that a device is tried on: interleaved samples of the model's bands, `side` px across. */
export interface ProbeCrop {
  readonly side: number;
  readonly sampleType: SampleType;
  readonly samples: SampleArray;
}

/** The scene that comes with landstitch: red, green and blue. */
const SAMPLE_SCENE = fileURLToPath(new URL("../../sample-data/town.tif", import.meta.url));
const SAMPLE_BANDS = ["red", "green", "blue"];

/** About 256 px: large enough to be typical, small enough for a software driver; at most the chip that there is. */
export function probeSide(
  { input: { height, multipleOf }, output: { stride } }: ModelCard,
  chip = Infinity,
): number {
  const unit = multipleOf * stride;
  return height ?? Math.min(chip, Math.max(1, Math.round(256 / unit)) * unit);
}

/** The middle of a chip's samples, which is `chip` px across. */
export function cropOfChip(
  card: ModelCard,
  {
    samples,
    sampleType,
    chip,
  }: { readonly samples: SampleArray; readonly sampleType: SampleType; readonly chip: number },
): ProbeCrop {
  const side = probeSide(card, chip);
  const bands = card.input.bands.length;
  const crop = sampleArray(sampleType, side * side * bands);
  const first = Math.floor((chip - side) / 2);
  for (let row = 0; row < side; row++) {
    const start = ((first + row) * chip + first) * bands;
    crop.set(samples.subarray(start, start + side * bands), row * side * bands);
  }
  return { side, sampleType, samples: crop };
}

/** The middle of the scene that comes with landstitch; for models that its bands do not suit, a pattern. */
export async function sampleCrop(card: ModelCard): Promise<ProbeCrop> {
  const side = probeSide(card);
  const bands = card.input.bands.map((band) => SAMPLE_BANDS.indexOf(band));
  if (bands.includes(-1) || card.input.dtype === "uint16")
    return { side, sampleType: "uint8", samples: testPattern(side, bands.length) };
  const scene = await openScene(SAMPLE_SCENE);
  try {
    const { width, height } = scene.grid;
    const window = { col: (width - side) >> 1, row: (height - side) >> 1, width: side, height: side };
    return { side, sampleType: "uint8", samples: (await scene.read(window, { bands })).data };
  } finally {
    await scene.close();
  }
}
