import type { DryRun } from "../pipeline/dry-run.ts";
import { OUTPUT_FILES } from "../pipeline/outputs.ts";
import { bytesText, count, durationText, table, threeDigits } from "./output.ts";

/** What a run would be, for people. */
export function dryRunText(run: DryRun): string {
  const { disk } = run;
  const files = disk.outputs.map(({ output, bytes }) => [
    OUTPUT_FILES[output][0],
    `about ${bytesText(round(bytes))}`,
  ]);
  return [
    table(factsOf(run), [false, false]),
    table(files, [false, true]),
    `Nothing was written; ${run.calibration.chips} chips were tried.\n`,
  ].join("\n");
}

function factsOf(run: DryRun): [string, string][] {
  const { width, height, gsd, hectares, megapixels, chips, workers, device, seconds, memory, disk } = run;
  const size = `${count(width)} x ${count(height)} px${gsd === null ? "" : ` at ${gsd.toPrecision(3)} m`}`;
  const area = hectares === null ? "unknown" : `${threeDigits(hectares)} ha`;
  return [
    ["Scene", run.scene],
    [
      "Model",
      `${run.model} on ${device === "cpu" ? "the CPU" : device}, ${workers} ${workers === 1 ? "worker" : "workers"}`,
    ],
    ["Map", `${size}, ${threeDigits(megapixels)} Mpx`],
    ["Area", area],
    ["Chips", count(chips)],
    [
      "Time",
      `about ${durationText(seconds.map)} for the map, ${durationText(seconds.outputs)} for the other files`,
    ],
    ["Memory", memoryText(memory)],
    [
      "Disk",
      `about ${bytesText(round(disk.outputBytes))}, and ${bytesText(round(disk.temporaryBytes))} meanwhile${freeText(disk)}`,
    ],
  ];
}

function memoryText({ limitBytes, peakBytes, stages }: DryRun["memory"]): string {
  const peak = stages.reduce((most, stage) => (stage.bytes > most.bytes ? stage : most));
  const parts = peak.parts.slice(0, 3).map(({ what, bytes }) => `${bytesText(round(bytes))} for ${what}`);
  const limit = limitBytes === null ? "" : ` of ${bytesText(limitBytes)}`;
  return `at most about ${bytesText(round(peakBytes))}${limit}: ${parts.join(", ")}`;
}

function freeText({ outputBytes, temporaryBytes, freeBytes }: DryRun["disk"]): string {
  if (freeBytes === null) return "";
  const short = outputBytes + temporaryBytes > freeBytes ? ": TOO LITTLE" : "";
  return `; ${bytesText(round(freeBytes))} are free${short}`;
}

/** Two digits: a prediction knows no more. */
function round(bytes: number): number {
  return Number(bytes.toPrecision(2));
}
