import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readdir, readFile, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { distance } from "fastest-levenshtein";
import type * as z from "zod";
import { messageOf, UserError } from "../errors.ts";
import { bareFacts, trialOf, trialOptions } from "./bare-model.ts";
import { deriveCard } from "./derive-card.ts";
import { type ModelCard, modelCardSchema } from "./model-card.ts";

/** A model that is ready to run: its card and where its graph is. */
export interface Model {
  readonly card: ModelCard;
  /** Absolute path of the .onnx file. */
  readonly path: string;
}

/** The folder of the models that come with landstitch. */
export const MODELS_FOLDER = fileURLToPath(new URL("../../models/", import.meta.url));

/** Names of the models in the models folder. */
export async function installedModels(): Promise<string[]> {
  const entries = await readdir(MODELS_FOLDER, { withFileTypes: true });
  const folders = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  const withCard = await Promise.all(
    folders.map(async (name) => ((await isFile(join(MODELS_FOLDER, name, "model.json"))) ? name : null)),
  );
  return withCard.filter((name) => name !== null).sort();
}

/**
 * Loads a model by its installed name, its folder, its card or its .onnx file, and checks the file against the SHA-256 of the
 * card. A file without a card is understood by its metadata for the QGIS plugin Deepness.
 * Throws UserError "no-model", "bad-card", "damaged-model", "no-card", "bad-metadata", "bad-model" or "no-map".
 */
export async function loadModel(nameOrPath: string): Promise<Model> {
  const cardPath = await findCard(nameOrPath);
  if (cardPath === null) return loadBare(nameOrPath);
  const card = await readCard(cardPath);
  const path = resolve(dirname(cardPath), card.file);
  if (!(await isFile(path))) {
    throw new UserError(
      "no-model",
      `${path}: no such file, but ${cardPath} names it.`,
      "Correct `file` in the card.",
    );
  }
  await checkHash(path, card.sha256, cardPath);
  return { card, path };
}

/** The installed model whose variant in 8-bit integers is called `name`; null where none is. Throws as loadModel does. */
export async function floatModelOf(name: string): Promise<Model | null> {
  for (const installed of await installedModels()) {
    const { int8 } = await readCard(join(MODELS_FOLDER, installed, "model.json"));
    if (int8 === name) return loadModel(installed);
  }
  return null;
}

/** The card of a model; null for a .onnx file without one. */
async function findCard(nameOrPath: string): Promise<string | null> {
  const candidates = [join(MODELS_FOLDER, nameOrPath, "model.json"), join(nameOrPath, "model.json")];
  if (nameOrPath.endsWith(".json")) candidates.push(nameOrPath);
  for (const candidate of candidates) if (await isFile(candidate)) return resolve(candidate);
  if (nameOrPath.endsWith(".onnx") && (await isFile(nameOrPath))) return cardBeside(nameOrPath);
  const names = await installedModels();
  const nearest = names.reduce<string | null>(
    (best, name) => (best === null || distance(name, nameOrPath) < distance(best, nameOrPath) ? name : best),
    null,
  );
  throw new UserError(
    "no-model",
    `${nameOrPath}: no such model, installed or on disk.`,
    nearest === null
      ? "Give the path of a .onnx file with -m."
      : `Did you mean ${nearest}? \`landstitch models\` lists what is installed; -m also takes a path.`,
  );
}

/** The card beside a .onnx file: NAME.json for NAME.onnx, or a model.json that names it; null where there is none. */
export async function cardBeside(onnxPath: string): Promise<string | null> {
  const [own, common] = [`${onnxPath.slice(0, -".onnx".length)}.json`, join(dirname(onnxPath), "model.json")];
  if (await isFile(own)) return resolve(own);
  const text = await readFile(common, "utf8").catch(() => null);
  return text?.includes(JSON.stringify(basename(onnxPath))) === true ? resolve(common) : null;
}

/** A model that says itself what it is. */
async function loadBare(onnxPath: string): Promise<Model> {
  const path = resolve(onnxPath);
  const { keys } = await bareFacts(path);
  if (keys === null) {
    throw new UserError(
      "no-card",
      `${onnxPath}: there is no model card beside the model, and no metadata of the QGIS plugin Deepness in it.`,
      `\`landstitch inspect ${onnxPath} -o ${basename(onnxPath, ".onnx")}.json\` begins a card: put it beside the model.`,
    );
  }
  const [sha256, trial] = await Promise.all([hashOf(path), trialOf(path, trialOptions(keys))]);
  return { card: deriveCard({ path, sha256, keys, trial }), path };
}

async function readCard(path: string): Promise<ModelCard> {
  let json: unknown;
  try {
    json = JSON.parse(await readFile(path, "utf8"));
  } catch (cause) {
    throw new UserError("bad-card", `${path}: ${messageOf(cause)}.`, "The model card must be JSON.", {
      cause,
    });
  }
  const parsed = modelCardSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new UserError(
    "bad-card",
    `${path}: ${issue === undefined ? "not a model card" : describeIssue(issue)}.`,
    "Correct the card: models/model-card.schema.json says what each key holds.",
    { cause: parsed.error },
  );
}

function describeIssue(issue: z.core.$ZodIssue): string {
  return `${issue.path.length === 0 ? "the card" : issue.path.join(".")}: ${issue.message}`;
}

async function checkHash(path: string, expected: string, cardPath: string): Promise<void> {
  const found = await hashOf(path);
  if (found === expected) return;
  throw new UserError(
    "damaged-model",
    `${path}: its SHA-256 is ${found}, but the card says ${expected}.`,
    `Get the file again, or, if you changed it on purpose, correct \`sha256\` in ${cardPath}.`,
  );
}

/** SHA-256 of a file, in hexadecimal digits. */
export async function hashOf(path: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest("hex");
}

async function isFile(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null))?.isFile() ?? false;
}
