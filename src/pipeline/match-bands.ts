import { UserError } from "../errors.ts";
import type { ModelCard } from "../inference/model-card.ts";
import type { Band, Scene } from "../scene/scene.ts";

/**
 * Indices of the scene's bands that a model takes, in the model's order: as the user chose, else by role or name, else by
 * position where the scene does not say what its bands are and has exactly as many as the model takes.
 * Throws UserError "bad-bands".
 */
export function matchBands(
  scene: Scene,
  card: ModelCard,
  chosen: readonly (string | number)[] | undefined,
): readonly number[] {
  const wanted = chosen ?? card.input.bands;
  if (wanted.length !== card.input.bands.length) {
    throw new UserError(
      "bad-bands",
      `${wanted.length} bands are chosen, but ${card.name} takes ${card.input.bands.length}: ${card.input.bands.join(", ")}.`,
      `Pass --bands with ${card.input.bands.length} numbers or names.`,
    );
  }
  const indices = wanted.map((band) => findBand(scene.bands, band));
  const missing = wanted.filter((_, i) => indices[i] === null);
  if (missing.length === 0) return indices.filter((index) => index !== null);
  if (chosen === undefined && scene.bands.length === wanted.length && scene.bands.every(isUnnamed)) {
    return wanted.map((_, i) => i);
  }
  throw new UserError(
    "bad-bands",
    `${scene.path} has no band ${missing.join(", ")}; it has ${describeBands(scene.bands)}.`,
    `Pass --bands with the numbers of ${card.input.bands.join(", ")}, for example --bands ${exampleChoice(scene, wanted.length)}; or choose another model with -m.`,
  );
}

/** The index of a band by its number from 1, role or name; null where the scene has none. */
export function findBand(bands: readonly Band[], wanted: string | number): number | null {
  const number = Number(wanted);
  if (Number.isInteger(number)) return number >= 1 && number <= bands.length ? number - 1 : null;
  const text = String(wanted).toLowerCase();
  const index = bands.findIndex(({ role, name }) => role === text || name?.toLowerCase() === text);
  return index < 0 ? null : index;
}

function isUnnamed({ role, name }: Band): boolean {
  return (role === "unknown" || role === "gray") && name === null;
}

/** "3 bands (1 red, 2 green, 3 blue)". */
export function describeBands(bands: readonly Band[]): string {
  const list = bands.map(({ role, name }, i) => `${i + 1} ${name ?? role}`);
  return `${bands.length} ${bands.length === 1 ? "band" : "bands"} (${list.join(", ")})`;
}

function exampleChoice({ bands }: Scene, count: number): string {
  return Array.from({ length: count }, (_, i) => Math.min(i + 1, bands.length)).join(",");
}
