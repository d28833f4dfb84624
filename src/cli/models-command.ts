import { installedModels, loadModel } from "../inference/model.ts";
import type { ModelCard } from "../inference/model-card.ts";
import { readModelSpeeds, speedOf } from "../inference/model-speeds.ts";
import { type CommandOutput, table } from "./output.ts";

const HEADER = [
  "name",
  "version",
  "GSD",
  "Mpx/s a core",
  "mean IoU",
  "pixel accuracy",
  "measured on",
  "architecture",
];
const RIGHT_ALIGNED = [false, false, false, true, true, true, false, false];

/** `landstitch models`: what is installed, with its measured accuracy. */
export async function modelsCommand(
  { json = false }: { readonly json?: boolean },
  output: CommandOutput,
): Promise<void> {
  const names = await installedModels();
  const cards = await Promise.all(names.map(async (name) => (await loadModel(name)).card));
  if (json) {
    output.out(`${JSON.stringify(cards, null, 2)}\n`);
    return;
  }
  const speeds = await readModelSpeeds();
  const rows = cards.map((card) => {
    const [metric] = card.metrics;
    return [
      card.name,
      card.version,
      gsdText(card),
      numberText(speedOf(card, speeds), 1),
      numberText(metric?.["meanIoU"], 3),
      numberText(metric?.["pixelAccuracy"], 3),
      metric === undefined ? "–" : `${metric.dataset}, ${metric.split}`,
      card.architecture,
    ];
  });
  output.out(table([HEADER, ...rows], RIGHT_ALIGNED));
}

function gsdText({ gsd }: ModelCard): string {
  return gsd === null ? "any" : `${gsd.min}–${gsd.max} m`;
}

function numberText(value: unknown, digits: number): string {
  return typeof value === "number" ? value.toFixed(digits) : "–";
}
