import { UserError } from "../errors.ts";
import type { ModelCard } from "../inference/model-card.ts";
import { percentileRange, rescaleScene } from "../scene/rescale.ts";
import type { Scene } from "../scene/scene.ts";
import type { Config } from "./config.ts";

/**
 * The scene with samples of the type that a model takes: as they are where they suit, else stretched to 0–255 as the user asks;
 * and what to tell the user. Throws UserError "bad-sample-type".
 */
export async function matchSampleType(
  scene: Scene,
  { name, input: { dtype } }: ModelCard,
  bands: readonly number[],
  rescale: Config["rescale"],
): Promise<{ readonly scene: Scene; readonly warning: string | null }> {
  const stretchable = dtype !== "uint16";
  if (rescale === undefined) {
    if (dtype === "float32" || dtype === scene.sampleType) return { scene, warning: null };
    throw new UserError(
      "bad-sample-type",
      `${scene.path} holds ${scene.sampleType}, but ${name} takes ${dtype}.`,
      stretchable
        ? "Pass --rescale MIN,MAX with the raw values that become black and white, or --rescale auto."
        : "Choose another model with -m, or a scene of 16 bits.",
    );
  }
  if (!stretchable) {
    throw new UserError(
      "bad-sample-type",
      `--rescale stretches ${scene.path} to 8 bits, but ${name} takes ${dtype}.`,
      "Leave --rescale out, or choose another model with -m.",
    );
  }
  if (rescale !== "auto")
    return { scene: rescaleScene(scene, { min: rescale[0], max: rescale[1] }), warning: null };
  const range = await percentileRange(scene, bands);
  const warning = `values ${range.min} to ${range.max} are stretched to 0–255`;
  return { scene: rescaleScene(scene, range), warning };
}
