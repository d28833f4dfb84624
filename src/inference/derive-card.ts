import { basename } from "node:path";
import { UserError } from "../errors.ts";
import type { Answer } from "./answer.ts";
import { shapeText } from "./card-faults.ts";
import { classColor } from "./class-colors.ts";
import type { DeepnessKeys } from "./deepness.ts";
import type { ModelCard } from "./model-card.ts";
import type { Trial } from "./try-model.ts";

/** Side of a chip (px) and overlap (share of it) where nothing says which. */
export const DEFAULT_SIDE = 512;
const DEFAULT_OVERLAP = 0.125;
/** Encoders halve a chip five times as a rule. */
const USUAL_MULTIPLE = 32;
/** How far a scene's GSD may be from the model's, where only that is known. */
const GSD_TOLERANCE = 1.25;

/** What is known of a model without a card. */
export interface BareModel {
  readonly path: string;
  readonly sha256: string;
  readonly keys: DeepnessKeys | null;
  readonly trial: Trial;
}

/**
 * A card for a model that has none, by its metadata and by what it answered to a chip. The output is the first that is a map with
 * as many channels as there are class names; the first that is a map where none has. Throws UserError "no-map".
 */
export function deriveCard({ path, sha256, keys, trial }: BareModel): ModelCard {
  const { input, side, answers } = trial;
  if (input === null || answers.length === 0) throw notAChip(path, trial);
  const index = outputIndex(answers, keys);
  const answer = answers[index];
  if (answer == null) throw noMap(path, trial);
  const chip = input.height ?? keys?.tilesSize ?? DEFAULT_SIDE;
  const step = answer.stride;
  const share = keys?.tilesOverlap == null ? DEFAULT_OVERLAP : Math.min(keys.tilesOverlap / 100, 0.5);
  return {
    name: basename(path, ".onnx"),
    version: "unknown",
    description: `Read from ${basename(path)}, which has no card.`,
    license: "unknown",
    architecture: "unknown",
    file: basename(path),
    sha256,
    input: { ...input, multipleOf: input.height === null ? multipleOf(side, step) : 1 },
    output: {
      ...{ name: trial.outputs[index]!.name, index, kind: answer.kind, layout: answer.layout },
      ...{ stride: answer.stride, margin: 0 },
    },
    classes: classNames(answer, headOf(keys, index)).map((name, id) => ({
      id,
      name,
      color: classColor(name, id),
    })),
    chip,
    overlap: Math.floor((chip * share) / step) * step,
    gsd: keys?.resolution == null ? null : gsdOf(keys.resolution / 100),
    metrics: [],
  };
}

/** The names of an output's classes: a model of several outputs has a list for each; a single list is for any. */
function headOf(keys: DeepnessKeys | null, index: number): readonly string[] {
  const heads = keys?.classNames ?? [];
  return (heads.length > 1 ? heads[index] : heads[0]) ?? [];
}

function outputIndex(answers: readonly (Answer | null)[], keys: DeepnessKeys | null): number {
  const fits = answers.findIndex((answer, i) => {
    const names = headOf(keys, i).length;
    if (answer === null) return false;
    const { channels, highestLabel } = answer;
    return highestLabel === null
      ? names === channels || (channels === 1 && names === 2)
      : highestLabel < names;
  });
  return fits >= 0 ? fits : answers.findIndex((answer) => answer !== null);
}

/** As many names as the answer has classes; a single channel tells of one class against all else. */
function classNames({ channels, kind, highestLabel }: Answer, names: readonly string[]): readonly string[] {
  if (kind !== "labels" && channels === 1) {
    return names.length === 2 ? names : ["background", names[0] ?? "class 1"];
  }
  const count = kind === "labels" ? Math.max(names.length, (highestLabel ?? 0) + 1) : channels;
  return Array.from({ length: count }, (_, id) => names[id] ?? `class ${id}`);
}

/** The usual multiple, where the chip that the model answered to is one. */
function multipleOf(side: number, step: number): number {
  const usual = Math.max(USUAL_MULTIPLE, step);
  return side % usual === 0 && usual % step === 0 ? usual : step;
}

function gsdOf(metres: number): NonNullable<ModelCard["gsd"]> {
  const round = (value: number): number => Number(value.toPrecision(4));
  return { nominal: metres, min: round(metres / GSD_TOLERANCE), max: round(metres * GSD_TOLERANCE) };
}

function notAChip(path: string, { inputs, input, side, failure }: Trial): UserError {
  const taken = inputs.map(({ name, type, shape }) => `"${name}" ${type} ${shapeText(shape)}`).join(" and ");
  return new UserError(
    "no-map",
    input === null
      ? `${path}: it takes ${taken}, which is not one image of a known number of bands in uint8, uint16 or float32.`
      : `${path}: it fails on a chip of ${side} x ${side} px: ${failure ?? "it does not answer"}.`,
    "Export it again with one input of four axes whose bands are fixed, or write a model card beside it.",
  );
}

function noMap(path: string, { outputs, side }: Trial): UserError {
  const given = outputs.map(({ name, type, shape }) => `"${name}" ${type} ${shapeText(shape)}`).join(" and ");
  return new UserError(
    "no-map",
    `${path}: it answers a chip of ${side} px with ${given}, which is no map of classes in float32 or labels.`,
    "Choose a model that segments, with -m.",
  );
}
