import { installedModels, loadModel } from "../inference/model.ts";
import type { ModelCard } from "../inference/model-card.ts";
import { readModelSpeeds, speedOf } from "../inference/model-speeds.ts";
import { type CommandOutput, table } from "./output.ts";

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
  const rows = cards.map((card) => [
    card.name,
    card.version,
    card.architecture,
    gsdText(card),
    speedText(speedOf(card, speeds)),
    accuracyText(card),
  ]);
  output.out(
    table(
      [["name", "version", "architecture", "GSD", "Mpx/s a core", "accuracy"], ...rows],
      [false, false, false, false, true, false],
    ),
  );
}

function gsdText({ gsd }: ModelCard): string {
  return gsd === null ? "any" : `${gsd.min}–${gsd.max} m`;
}

function speedText(megapixels: number | null): string {
  return megapixels === null ? "–" : megapixels.toFixed(1);
}

function accuracyText({ metrics }: ModelCard): string {
  const [metric] = metrics;
  if (metric === undefined) return "not measured";
  const parts = [
    shareText("mean IoU", metric["meanIoU"]),
    shareText("pixel accuracy", metric["pixelAccuracy"]),
  ];
  return `${parts.filter((part) => part !== null).join(", ")} on ${metric.dataset}, ${metric.split}`;
}

function shareText(label: string, value: unknown): string | null {
  return typeof value === "number" ? `${label} ${value.toFixed(3)}` : null;
}
