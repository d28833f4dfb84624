import * as z from "zod";
import { UserError } from "../errors.ts";

const names = z.record(z.string().regex(/^\d+$/), z.string().min(1));

/**
 * Metadata keys of the QGIS plugin Deepness (its documentation: "Adding metadata to ONNX model"); values are JSON. Older
 * models have `names` for `class_names` and `tile_size` for `tiles_size`.
 */
const deepnessSchema = z.object({
  model_type: z.string().optional(),
  class_names: z
    .union([names.transform((only) => [only]), z.array(names), z.array(z.string().min(1)).transform(byIndex)])
    .transform((heads) => heads.map(inOrder))
    .optional(),
  resolution: z.coerce.number().positive().optional(),
  tiles_size: z.coerce.number().int().positive().optional(),
  tiles_overlap: z.coerce.number().min(0).max(100).optional(),
  standardization_mean: z.array(z.number()).optional(),
  standardization_std: z.array(z.number().positive()).optional(),
});

/** What the keys say; null what they leave open. */
export interface DeepnessKeys {
  /** Names of the classes of each output that has some, in the order of its channels. */
  readonly classNames: readonly (readonly string[])[];
  /** Centimetres per pixel. */
  readonly resolution: number | null;
  /** Side of a chip in px. */
  readonly tilesSize: number | null;
  /** Percent of the side. */
  readonly tilesOverlap: number | null;
  readonly mean: readonly number[] | null;
  readonly std: readonly number[] | null;
}

/**
 * The settings among a model's metadata; null where neither `model_type` nor `class_names` is there: then the model was not
 * made for the plugin. Throws UserError "bad-metadata" for values that cannot be understood, and for models that do not segment.
 */
export function deepnessKeys(path: string, metadata: ReadonlyMap<string, string>): DeepnessKeys | null {
  const known = (key: string, older = key): unknown => parseValue(metadata.get(key) ?? metadata.get(older));
  const values = {
    model_type: known("model_type"),
    class_names: known("class_names", metadata.has("model_type") ? "names" : "class_names"),
    resolution: known("resolution"),
    tiles_size: known("tiles_size", "tile_size"),
    tiles_overlap: known("tiles_overlap"),
    standardization_mean: known("standardization_mean"),
    standardization_std: known("standardization_std"),
  };
  if (values.model_type === undefined && values.class_names === undefined) return null;
  const parsed = deepnessSchema.safeParse(values);
  if (!parsed.success) throw badMetadata(path, parsed.error.issues[0]!, metadata);
  const { model_type: type = "Segmentor", ...keys } = parsed.data;
  if (type.toLowerCase() !== "segmentor") throw notSegmenting(path, type);
  return {
    classNames: keys.class_names ?? [],
    resolution: keys.resolution ?? null,
    tilesSize: keys.tiles_size ?? null,
    tilesOverlap: keys.tiles_overlap ?? null,
    mean: keys.standardization_mean ?? null,
    std: keys.standardization_std ?? null,
  };
}

/** JSON; else a Python dictionary with numbers as keys, as some exporters print it; else the text itself. */
function parseValue(text: string | undefined): unknown {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    const pairs = [...text.matchAll(/(\d+)\s*:\s*(["'])(.*?)\2/g)].map(([, id, , name]) => [id!, name!]);
    return pairs.length === 0 ? text : Object.fromEntries(pairs);
  }
}

function byIndex(list: readonly string[]): Record<string, string>[] {
  return [Object.fromEntries(list.map((name, i) => [String(i), name]))];
}

function inOrder(head: Readonly<Record<string, string>>): string[] {
  return Object.entries(head)
    .sort(([a], [b]) => Number(a) - Number(b))
    .map(([, name]) => name);
}

function badMetadata(
  path: string,
  issue: z.core.$ZodIssue,
  metadata: ReadonlyMap<string, string>,
): UserError {
  const key = String(issue.path[0]);
  return new UserError(
    "bad-metadata",
    `${path}: its metadata key ${key} is ${metadata.get(key) ?? "missing"}: ${issue.message}.`,
    "Correct the key, or write a model card beside the model: `landstitch inspect MODEL -o CARD.json` begins one.",
  );
}

function notSegmenting(path: string, type: string): UserError {
  return new UserError(
    "bad-metadata",
    `${path}: its metadata says model_type ${type}, but land cover needs a Segmentor.`,
    "Choose another model with -m; if it does segment, write a model card beside it.",
  );
}
