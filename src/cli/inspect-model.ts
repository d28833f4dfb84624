import { writeFile } from "node:fs/promises";
import { dirname, relative, resolve, sep } from "node:path";
import { messageOf, UserError } from "../errors.ts";
import { type BareFacts, bareFacts, trialOf, trialOptions } from "../inference/bare-model.ts";
import { cardFaults, shapeText, type TensorFacts } from "../inference/card-faults.ts";
import { deriveCard } from "../inference/derive-card.ts";
import { cardBeside, hashOf, loadModel } from "../inference/model.ts";
import type { ModelCard } from "../inference/model-card.ts";
import type { Trial } from "../inference/try-model.ts";
import type { Inspection } from "./inspect-command.ts";

/** Longer values of metadata are cut when they are printed. */
const SHOWN_CHARACTERS = 120;

/**
 * A model: what its file declares, and by its card what it takes, answers and is worth. Without a card one is worked out from its
 * metadata and from what it answers to a chip, and written to `cardPath`.
 */
export async function inspectModel(path: string, cardPath?: string): Promise<Inspection> {
  if (path.endsWith(".onnx") && (await cardBeside(path)) === null) return inspectBare(path, cardPath);
  const { card, path: file } = await loadModel(path);
  if (cardPath !== undefined) {
    throw new UserError(
      "exists",
      `${path} has a card already, so none is written to ${cardPath}.`,
      "Leave -o out, or move the card away.",
    );
  }
  const { metadata } = await bareFacts(file);
  const trial = await trialOf(file, { side: card.chip, mean: null, std: null });
  return {
    facts: [...cardText(card, file), ...graphText(trial, metadata)],
    json: { ...card, graph: graphJson(trial, metadata) },
    errors: cardFaults(card, trial, card.input.height ?? card.chip),
    warnings: [],
  };
}

async function inspectBare(path: string, cardPath: string | undefined): Promise<Inspection> {
  const { keys, metadata } = await bareFacts(path);
  const trial = await trialOf(path, trialOptions(keys));
  const graph = graphText(trial, metadata);
  try {
    const card = deriveCard({ path, sha256: await hashOf(path), keys, trial });
    if (cardPath !== undefined) await writeCard(cardPath, path, card);
    return {
      facts: [...graph, ...cardText(card, path)],
      json: { ...card, graph: graphJson(trial, metadata) },
      errors: [],
      warnings: assumptions(card, keys, cardPath),
    };
  } catch (error) {
    if (cardPath !== undefined || !(error instanceof UserError)) throw error;
    return {
      facts: graph,
      json: { graph: graphJson(trial, metadata) },
      errors: [error.message],
      warnings: [],
    };
  }
}

/** Writes a card; one that is there already may hold somebody's work. Throws UserError "exists". */
async function writeCard(cardPath: string, modelPath: string, card: ModelCard): Promise<void> {
  const file = relative(dirname(resolve(cardPath)), resolve(modelPath))
    .split(sep)
    .join("/");
  const text = `${JSON.stringify({ ...card, file }, null, 2)}\n`;
  await writeFile(cardPath, text, { flag: "wx" }).catch((cause: unknown) => {
    throw new UserError(
      "exists",
      `${cardPath} cannot be written: ${messageOf(cause)}.`,
      "Name another file with -o.",
      {
        cause,
      },
    );
  });
}

/** What a card without its maker's word takes for granted. */
function assumptions(
  card: ModelCard,
  keys: BareFacts["keys"],
  cardPath: string | undefined,
): readonly string[] {
  const { input, output, classes } = card;
  const assumed = [
    `bands are taken to be ${input.bands.join(", ")}`,
    ...(input.dtype === "float32"
      ? [
          `samples are divided by 255${keys?.mean == null ? "" : ", then by the metadata's mean and deviation"}`,
        ]
      : []),
    `output "${output.name}" looks like ${output.kind} on a test pattern`,
    ...(keys === null || keys.classNames.length === 0 ? [`the ${classes.length} classes have no names`] : []),
    ...(card.gsd === null ? ["the GSD is unknown"] : []),
  ];
  const runs =
    keys === null
      ? "map needs a card: -o CARD.json begins one"
      : "map -m takes the model by its metadata as it is";
  return [
    `not said by the file, so look at it: ${assumed.join("; ")}`,
    cardPath === undefined
      ? runs
      : `${cardPath} is a beginning: name, licence and classes are for you to fill in`,
  ];
}

function cardText(card: ModelCard, file: string): Inspection["facts"] {
  const { input, output, classes, gsd, metrics } = card;
  const size =
    input.height === null ? `any multiple of ${input.multipleOf} px` : `${input.width} x ${input.height} px`;
  return [
    ["Model", `${card.name} ${card.version}, ${card.architecture}`],
    ["Description", card.description],
    ["Licence", card.license],
    ["Graph", `${file}, SHA-256 ${card.sha256}`],
    ["Takes", `${input.bands.join(", ")} as ${input.dtype} ${input.layout}, ${size}`],
    ["Answers", `${output.kind}, ${output.layout}, 1/${output.stride} size`],
    ["Classes", classes.map(({ id, name, color }) => `${id} ${name} ${color}`).join(", ")],
    ["Chip", `${card.chip} px, overlap ${card.overlap} px`],
    ["GSD", gsd === null ? "any" : `${gsd.min}–${gsd.max} m, made for ${gsd.nominal} m`],
    ...metrics.map((metric) => ["Measured", JSON.stringify(metric)] as const),
  ];
}

function graphText({ inputs, outputs }: Trial, metadata: BareFacts["metadata"]): Inspection["facts"] {
  const line = ({ name, type, shape }: TensorFacts): string => `${name}: ${type} ${shapeText(shape)}`;
  return [
    ...inputs.map((input) => ["Input", line(input)] as const),
    ...outputs.map((output) => ["Output", line(output)] as const),
    ...[...metadata].map(([key, value]) => ["Metadata", `${key} = ${cut(value)}`] as const),
  ];
}

function graphJson({ inputs, outputs }: Trial, metadata: BareFacts["metadata"]): object {
  return { inputs, outputs, metadata: Object.fromEntries(metadata) };
}

/** A value on one line of the screen. */
function cut(value: string): string {
  const line = value.replaceAll(/\s+/g, " ");
  return line.length <= SHOWN_CHARACTERS ? line : `${line.slice(0, SHOWN_CHARACTERS)}…`;
}
