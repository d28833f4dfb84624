import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readdir, readFile, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { distance } from "fastest-levenshtein";
import type * as z from "zod";
import { messageOf, UserError } from "../errors.ts";
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
 * Loads a model by its installed name, its folder, its card or its .onnx file (with the card beside it), and checks
 * the file against the card's SHA-256. Throws UserError "no-model", "bad-card" or "damaged-model".
 */
export async function loadModel(nameOrPath: string): Promise<Model> {
  const cardPath = await findCard(nameOrPath);
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

async function findCard(nameOrPath: string): Promise<string> {
  const candidates = [join(MODELS_FOLDER, nameOrPath, "model.json"), join(nameOrPath, "model.json")];
  if (nameOrPath.endsWith(".json")) candidates.push(nameOrPath);
  if (nameOrPath.endsWith(".onnx")) candidates.push(...cardsBeside(nameOrPath));
  for (const candidate of candidates) if (await isFile(candidate)) return resolve(candidate);
  if (nameOrPath.endsWith(".onnx") && (await isFile(nameOrPath))) {
    throw new UserError(
      "no-card",
      `${nameOrPath}: there is no model card beside the model.`,
      `Write ${cardsBeside(nameOrPath)[0]}: models/model-card.schema.json says what it holds.`,
    );
  }
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

/** NAME.json for NAME.onnx, or model.json in the same folder. */
function cardsBeside(onnxPath: string): [string, string] {
  return [
    join(dirname(onnxPath), `${basename(onnxPath, ".onnx")}.json`),
    join(dirname(onnxPath), "model.json"),
  ];
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
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  const found = hash.digest("hex");
  if (found === expected) return;
  throw new UserError(
    "damaged-model",
    `${path}: its SHA-256 is ${found}, but the card says ${expected}.`,
    `Get the file again, or, if you changed it on purpose, correct \`sha256\` in ${cardPath}.`,
  );
}

async function isFile(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null))?.isFile() ?? false;
}
