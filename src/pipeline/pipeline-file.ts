import { readdir, readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { distance } from "fastest-levenshtein";
import type * as z from "zod";
import { messageOf, UserError } from "../errors.ts";
import { type Config, type ConfigInput, configSchema } from "./config.ts";

/** The folder of the pipelines that come with landstitch. */
export const PIPELINES_FOLDER = fileURLToPath(new URL("../../pipelines/", import.meta.url));

/**
 * Settings of a run: those of the pipeline file (a path, or the name of one that comes with landstitch), overridden by
 * `overrides`, with defaults for the rest. Throws UserError "no-pipeline" or "bad-config".
 */
export async function resolveConfig(pipeline: string | undefined, overrides: ConfigInput): Promise<Config> {
  const given = Object.fromEntries(Object.entries(overrides).filter(([, value]) => value !== undefined));
  const settings = parseConfig(given, "the settings");
  if (pipeline === undefined) return settings;
  const path = await findPipeline(pipeline);
  const file = parseConfig(await readYaml(path), path);
  return configSchema.parse({ ...file, ...given });
}

async function findPipeline(nameOrPath: string): Promise<string> {
  if (/\.ya?ml$/.test(nameOrPath)) return nameOrPath;
  const files = (await readdir(PIPELINES_FOLDER)).filter((name) => name.endsWith(".yaml"));
  const names = files.map((name) => basename(name, ".yaml"));
  if (names.includes(nameOrPath)) return join(PIPELINES_FOLDER, `${nameOrPath}.yaml`);
  throw new UserError(
    "no-pipeline",
    `${nameOrPath}: no such pipeline.`,
    `Did you mean ${nearest(nameOrPath, names)}? There are ${names.join(", ")}; -p also takes the path of a .yaml file.`,
  );
}

async function readYaml(path: string): Promise<unknown> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (cause) {
    throw new UserError(
      "no-pipeline",
      `${path}: ${messageOf(cause)}.`,
      "Pass -p with the path of a pipeline.",
      { cause },
    );
  }
  const { parse } = await import("yaml");
  try {
    return parse(text) ?? {};
  } catch (cause) {
    throw new UserError("bad-config", `${path}: ${messageOf(cause).split("\n")[0]}`, "A pipeline is YAML.", {
      cause,
    });
  }
}

function parseConfig(value: unknown, where: string): Config {
  const parsed = configSchema.safeParse(value);
  if (!parsed.success) throw configError(parsed.error.issues[0]!, value, where);
  return parsed.data;
}

function configError(issue: z.core.$ZodIssue, value: unknown, where: string): UserError {
  if (issue.code === "unrecognized_keys") {
    const found = issue.keys[0]!;
    return new UserError(
      "bad-config",
      `${where}: there is no setting "${found}".`,
      `Did you mean "${nearest(found, Object.keys(configSchema.shape))}"?`,
    );
  }
  const key = issue.path[0] === undefined ? "" : String(issue.path[0]);
  const found = key === "" ? value : (value as Record<string, unknown>)[key];
  const description =
    key in configSchema.shape ? configSchema.shape[key as keyof Config].description : undefined;
  return new UserError(
    "bad-config",
    `${where}: ${key === "" ? "" : `${key} is ${JSON.stringify(found)}: `}${issue.message}.`,
    description ?? "A pipeline is a YAML mapping: pipelines/pipeline.schema.json says what it holds.",
  );
}

function nearest(text: string, known: readonly string[]): string {
  return known.reduce((best, candidate) =>
    distance(candidate, text) < distance(best, text) ? candidate : best,
  );
}
