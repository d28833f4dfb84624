import { join } from "node:path";
import { IncompleteError } from "../errors.ts";
import { dryRun } from "../pipeline/dry-run.ts";
import { type MapResult, type MapSceneOptions, mapScene } from "../pipeline/map-scene.ts";
import { dryRunText } from "./dry-run-view.ts";
import { bytesText, type CommandOutput, count, table, threeDigits } from "./output.ts";
import { runView } from "./run-view.ts";

/** Flags of `landstitch map`, parsed. */
export interface MapFlags extends Omit<MapSceneOptions, "signal" | "onEvent"> {
  readonly output: string;
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly dryRun?: boolean;
}

/** `landstitch map SCENE… -o DIR`: runs, shows the progress, and prints the areas and the files. */
export async function mapCommand(
  scenes: readonly string[],
  { output: folder, json = false, quiet = false, dryRun: dry = false, ...options }: MapFlags,
  output: CommandOutput,
  signal: AbortSignal,
): Promise<void> {
  if (dry) {
    const plan = await dryRun(scenes, folder, { ...options, signal });
    for (const { message } of json ? [] : plan.warnings) output.err(`Warning: ${message}.\n`);
    output.out(json ? `${JSON.stringify(plan)}\n` : dryRunText(plan));
    return;
  }
  const view = runView(output, json ? "json" : quiet ? "quiet" : "text");
  try {
    const result = await mapScene(scenes, folder, { ...options, signal, onEvent: view.show });
    if (!json && !quiet) output.out(summary(result));
    refuseSkipped(result);
  } finally {
    view.close();
  }
}

/** Throws IncompleteError for a map that holds no data where the scene could not be read or inferred. */
function refuseSkipped({ folder, manifest: { skipped } }: MapResult): void {
  if (skipped.length === 0) return;
  const windows = `${count(skipped.length)} ${skipped.length === 1 ? "window holds" : "windows hold"}`;
  throw new IncompleteError(
    `${windows} no data because they could not be read or inferred; ${join(folder, "run.json")} lists them under "skipped"`,
  );
}

function summary({ folder, areas, manifest }: MapResult): string {
  const classes = [...areas.classes, { ...areas.total, name: "total" }].map(
    ({ name, pixels, hectares, share, meanConfidence }) => [
      name,
      hectares === null ? `${count(pixels)} px` : `${threeDigits(hectares)} ha`,
      share === null ? "–" : `${(share * 100).toFixed(1)} %`,
      meanConfidence === null ? "–" : `${meanConfidence.toFixed(0)} %`,
    ],
  );
  const files = manifest.files.map(({ name, bytes }) => [join(folder, name), bytesText(bytes)]);
  return [
    table([["class", "area", "share", "confidence"], ...classes], [false, true, true, true]),
    table(files, [false, true]),
  ].join("\n");
}
