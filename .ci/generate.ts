/** Writes what is generated from the sources: JSON Schemas and the tables of the README. `--check` fails where a file differs. */
import { readFile, stat, writeFile } from "node:fs/promises";
import * as z from "zod";
import { installedModels, loadModel } from "../src/inference/model.ts";
import { modelCardSchema } from "../src/inference/model-card.ts";
import { configSchema } from "../src/pipeline/config.ts";

const root = new URL("../", import.meta.url);

const settings = Object.entries(configSchema.shape)
  .filter(([key]) => key !== "$schema")
  .map(([key, schema]) => `| \`${key}\` | ${defaultOf(schema)} | ${schema.description ?? ""} |`);

const files: Record<string, string> = {
  "pipelines/pipeline.schema.json": jsonSchema(configSchema),
  "models/model-card.schema.json": jsonSchema(modelCardSchema),
  "README.md": replaceTable(
    replaceTable(await readFile(new URL("README.md", root), "utf8"), "settings", [
      "| key | default | |",
      "|---|---|---|",
      ...settings,
    ]),
    "models",
    [
      "| model | architecture | GSD | mean IoU | pixel accuracy | measured on | size |",
      "|---|---|---|---|---|---|---|",
      ...(await Promise.all((await installedModels()).map(modelRow))),
    ],
  ),
};

async function modelRow(name: string): Promise<string> {
  const { card, path } = await loadModel(name);
  const [metric] = card.metrics;
  const share = (value: unknown): string => (typeof value === "number" ? value.toFixed(3) : "–");
  const measured =
    metric === undefined ? "–" : `${metric.dataset}, ${metric.split}, ${String(metric["date"])}`;
  const megabytes = ((await stat(path)).size / 1e6).toFixed(1);
  const gsd = card.gsd === null ? "any" : `${card.gsd.min}–${card.gsd.max} m`;
  return `| \`${name}\` | ${card.architecture} | ${gsd} | ${share(metric?.["meanIoU"])} | ${share(metric?.["pixelAccuracy"])} | ${measured} | ${megabytes} MB |`;
}

let differing = 0;
for (const [name, text] of Object.entries(files)) {
  const path = new URL(name, root);
  if (process.argv.includes("--check")) {
    if ((await readFile(path, "utf8").catch(() => "")) === text) continue;
    process.stderr.write(`${name} is not up to date: run npm run generate\n`);
    differing++;
  } else {
    await writeFile(path, text);
  }
}
process.exitCode = differing === 0 ? 0 : 1;

function jsonSchema(schema: z.ZodType): string {
  return `${JSON.stringify(z.toJSONSchema(schema, { io: "input" }), null, 2)}\n`;
}

function defaultOf(schema: z.ZodType): string {
  const parsed = schema.safeParse(undefined);
  if (!parsed.success || parsed.data === undefined) return "";
  return Array.isArray(parsed.data)
    ? parsed.data.map((item) => `\`${item}\``).join(", ")
    : `\`${parsed.data}\``;
}

/** The text between <!-- NAME --> and <!-- /NAME --> becomes the rows. */
function replaceTable(text: string, name: string, rows: readonly string[]): string {
  const pattern = new RegExp(`(<!-- ${name} -->\n)[\\s\\S]*?(<!-- /${name} -->)`);
  if (!pattern.test(text)) throw new Error(`README.md has no <!-- ${name} --> … <!-- /${name} -->`);
  return text.replace(pattern, `$1${rows.join("\n")}\n$2`);
}
