import { SingleBar } from "cli-progress";
import type { RunEvent, RunListener, Stage } from "../pipeline/progress.ts";
import { bytesText, type CommandOutput, count, durationText } from "./output.ts";

const STAGE_NAMES: Readonly<Record<Stage, string>> = {
  map: "Mapping",
  areas: "Measuring areas",
  polygons: "Tracing polygons",
  "vector-tiles": "Vector tiles",
  "raster-tiles": "Raster tiles",
};

/** Shows a run: JSON lines, a progress bar on a terminal, a few plain lines elsewhere, or nothing. */
export function runView(output: CommandOutput, mode: "json" | "quiet" | "text"): RunListener {
  switch (mode) {
    case "json":
      return (event) => output.out(`${JSON.stringify(event)}\n`);
    case "quiet":
      return () => undefined;
    case "text":
      return textView(output);
    default:
      throw new RangeError(`unknown view ${String(mode satisfies never)}`);
  }
}

function textView(output: CommandOutput): RunListener {
  const bar = output.terminal ? progressBar() : null;
  let gsd: number | null = null;
  let shown: Stage | null = null;
  return (event) => {
    switch (event.type) {
      case "start":
        gsd = event.gsd;
        output.err(startLines(event));
        return;
      case "warning":
        output.err(`Warning: ${event.message}.\n`);
        return;
      case "progress":
        if (bar === null) return;
        if (shown !== event.stage) bar.start(event.total, 0, payload(event, gsd));
        shown = event.stage;
        bar.update(event.done, payload(event, gsd));
        return;
      case "stage":
        if (shown !== null) bar?.stop();
        shown = null;
        return;
      case "done":
        output.err(doneLine(event));
        return;
      default:
        throw new RangeError(`unknown event ${String(event satisfies never)}`);
    }
  };
}

function progressBar(): SingleBar {
  return new SingleBar({
    format: "{stage} [{bar}] {percentage} % | {speed} | {left} left",
    barsize: 30,
    hideCursor: null,
    clearOnComplete: true,
    stopOnComplete: false,
    stream: process.stderr,
  });
}

function payload(event: RunEvent & { type: "progress" }, gsd: number | null): Record<string, string> {
  const { stage, megapixelsPerSecond, secondsLeft } = event;
  const area = gsd === null ? "" : `, ${(megapixelsPerSecond * gsd ** 2 * 3600).toPrecision(3)} km²/h`;
  return {
    stage: STAGE_NAMES[stage].padEnd(16),
    speed: `${megapixelsPerSecond.toPrecision(3)} Mpx/s${area}`,
    left: secondsLeft === null ? "?" : durationText(secondsLeft),
  };
}

function startLines(event: RunEvent & { type: "start" }): string {
  const { version, device, rejectedDevices, workers, scene, width, height, gsd, chips, model } = event;
  const why = rejectedDevices.map(({ device: name, reason }) => `${name}: ${reason}`).join("; ");
  const size = `${count(width)} x ${count(height)} px${gsd === null ? "" : ` at ${gsd.toPrecision(3)} m`}`;
  return [
    `landstitch ${version} on the ${device === "cpu" ? "CPU" : device}, ${workers} ${workers === 1 ? "worker" : "workers"}${why === "" ? "" : ` (${why})`}`,
    `${scene}: ${size}, ${count(chips)} chips for ${model}\n`,
  ].join("\n");
}

function doneLine({ output, bytes, seconds, peakMemoryBytes }: RunEvent & { type: "done" }): string {
  return `Done in ${durationText(seconds)}, peak memory ${bytesText(peakMemoryBytes)}: ${bytesText(bytes)} in ${output}\n`;
}
