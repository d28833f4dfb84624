import { open } from "node:fs/promises";
import { UserError } from "../errors.ts";
import { inspectArchive } from "./inspect-archive.ts";
import { inspectModel } from "./inspect-model.ts";
import { inspectScene } from "./inspect-scene.ts";
import { type CommandOutput, table } from "./output.ts";

/** What `inspect` found: facts to print and to give as JSON, and what is wrong with the file. */
export interface Inspection {
  readonly facts: readonly (readonly [label: string, value: string])[];
  readonly json: unknown;
  readonly errors: readonly string[];
  readonly warnings: readonly string[];
}

/** Flags of `landstitch inspect`. */
export interface InspectFlags {
  readonly json?: boolean;
  /** Where a model's card is written. */
  readonly output?: string;
}

/** `landstitch inspect FILE`: a scene, model or PMTiles archive, explained. */
export async function inspectCommand(
  path: string,
  { json = false, output: cardPath }: InspectFlags,
  output: CommandOutput,
): Promise<void> {
  const { facts, json: details, errors, warnings } = await inspect(path, cardPath);
  if (json) {
    output.out(`${JSON.stringify({ path, ...(details as object), errors, warnings }, null, 2)}\n`);
    return;
  }
  output.out(table([["File", path], ...facts], [false, false]));
  for (const error of errors) output.out(`Error: ${error}\n`);
  for (const warning of warnings) output.out(`Warning: ${warning}\n`);
}

async function inspect(path: string, cardPath: string | undefined): Promise<Inspection> {
  if (/\.(onnx|json)$/.test(path)) return inspectModel(path, cardPath);
  if (cardPath !== undefined) {
    throw new UserError(
      "no-model",
      `-o ${cardPath} is for a model card, but ${path} is no .onnx file.`,
      "Leave -o out, or give the model.",
    );
  }
  if ((await firstBytes(path)) === "PMTiles") return inspectArchive(path);
  return inspectScene(path);
}

/** The first 7 bytes as text; empty where they cannot be read: the reader of scenes then says why. */
async function firstBytes(path: string): Promise<string> {
  if (/^https?:/.test(path)) return path.endsWith(".pmtiles") ? "PMTiles" : "";
  const file = await open(path).catch(() => null);
  if (file === null) return "";
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(7), 0, 7, 0);
    return buffer.toString("latin1", 0, bytesRead);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EISDIR") return "";
    throw error;
  } finally {
    await file.close();
  }
}
