/** Writes what is generated from the sources: JSON Schemas and the tables of the README. `--check` fails where a file differs. */
import { readFile, stat, writeFile } from "node:fs/promises";
import * as z from "zod";
import { installedModels, loadModel, type Model } from "../src/inference/model.ts";
import { modelCardSchema } from "../src/inference/model-card.ts";
import { readModelSpeeds, speedOf } from "../src/inference/model-speeds.ts";
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
    [...(await modelTable())],
  ),
};

/** A row per installed model by its card, the best first, and how its figures came about. */
async function modelTable(): Promise<string[]> {
  const models = await Promise.all((await installedModels()).map(loadModel));
  const speeds = await readModelSpeeds();
  const scoreOf = ({ card }: Model): number => card.metrics[0]?.meanIoU ?? 0;
  const ranked = models.toSorted((a, b) => scoreOf(b) - scoreOf(a));
  const rows = await Promise.all(ranked.map((model) => modelRow(model, speedOf(model.card, speeds))));
  const [best] = ranked;
  const classes = best?.card.classes.map(({ name }) => name).join(" / ");
  const metric = best?.card.metrics[0];
  return [
    `| model | architecture | training | mean IoU | pixel accuracy | IoU of ${classes} | parameters | Mpx/s a core | file |`,
    "|---|---|---|---|---|---|---|---|---|",
    ...rows,
    "",
    `Accuracy: ${metric?.dataset}, ${metric?.split}. Speed: megapixels of scene per CPU-second, ${speeds.measured}.`,
  ];
}

async function modelRow({ card, path }: Model, speed: number | null): Promise<string> {
  const [metric] = card.metrics;
  const share = (value: unknown): string => (typeof value === "number" ? value.toFixed(3) : "–");
  const cells = [
    `\`${card.name}\``,
    card.architecture,
    card.training?.budget ?? "–",
    share(metric?.meanIoU),
    share(metric?.pixelAccuracy),
    card.classes.map(({ name }) => metric?.perClass?.[name]?.iou.toFixed(2) ?? "–").join(" / "),
    card.totalParameters === undefined ? "–" : `${(card.totalParameters / 1e6).toFixed(2)} M`,
    speed?.toFixed(1) ?? "–",
    `${((await stat(path)).size / 1e6).toFixed(1)} MB`,
  ];
  return `| ${cells.join(" | ")} |`;
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
