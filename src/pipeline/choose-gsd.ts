import { UserError } from "../errors.ts";
import type { ModelCard } from "../inference/model-card.ts";
import type { Config } from "./config.ts";

/** Scenes this many times coarser than the model's own GSD are not upsampled unless asked for: there is nothing to see in them. */
const MAX_UPSAMPLING = 4;

/** What to do about the GSD: the GSD to resample to (m), or null to keep the scene's grid; and what to tell the user. */
export interface GsdChoice {
  readonly resampleTo: number | null;
  readonly warning: string | null;
}

/** The scene's GSD (m) does not suit the model. */
export class GsdMismatchError extends UserError {
  constructor(path: string, found: number, { nominal, min, max }: NonNullable<ModelCard["gsd"]>) {
    super(
      "gsd-mismatch",
      `${path}: GSD is ${metres(found)} m, but this model works at ${min}–${max} m.`,
      `Pass --gsd ${nominal} to resample the scene anyway, or choose another model with -m.`,
    );
  }
}

/**
 * Chooses the grid of the map. `found` is the scene's GSD in m, null where unknown.
 * Throws GsdMismatchError when the scene is too coarse for the model and no GSD was asked for.
 */
export function chooseGsd(
  path: string,
  found: number | null,
  card: ModelCard,
  wanted: Config["gsd"],
): GsdChoice {
  if (typeof wanted === "number") return wantedGsd(path, found, card, wanted);
  if (card.gsd === null) return { resampleTo: null, warning: null };
  const { nominal, min, max } = card.gsd;
  if (found === null) {
    return { resampleTo: null, warning: `GSD is unknown; the model expects ${min}–${max} m per pixel` };
  }
  if (found >= min && found <= max) return { resampleTo: null, warning: null };
  const mismatch = `GSD is ${metres(found)} m, but the model works at ${min}–${max} m`;
  if (wanted === "native") return { resampleTo: null, warning: `${mismatch}: expect a poor map` };
  if (found > nominal * MAX_UPSAMPLING) throw new GsdMismatchError(path, found, card.gsd);
  return {
    resampleTo: nominal,
    warning: `${mismatch}: the scene is resampled to ${nominal} m (--gsd native keeps it)`,
  };
}

function wantedGsd(path: string, found: number | null, card: ModelCard, wanted: number): GsdChoice {
  if (found === null) {
    throw new UserError(
      "no-gsd",
      `${path}: cannot be resampled to ${wanted} m, since its GSD is unknown.`,
      "Leave --gsd out, or give the file a georeference (gdal_edit.py -a_srs … -a_ullr …).",
    );
  }
  const resampleTo = Math.abs(found / wanted - 1) < 1e-3 ? null : wanted;
  const outside = card.gsd !== null && (wanted < card.gsd.min || wanted > card.gsd.max);
  const warning = outside ? `--gsd ${wanted}: the model works at ${card.gsd!.min}–${card.gsd!.max} m` : null;
  return { resampleTo, warning };
}

function metres(value: number): string {
  return String(Number(value.toPrecision(3)));
}
