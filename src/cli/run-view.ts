import { SingleBar } from "cli-progress";
import type { RunEvent, RunListener, Stage } from "../pipeline/progress.ts";
import { bytesText, type CommandOutput, count, durationText, threeDigits } from "./output.ts";

const STAGE_NAMES: Readonly<Record<Stage, string>> = {
  map: "Mapping",
  areas: "Measuring areas",
  polygons: "Tracing polygons",
  flatgeobuf: "FlatGeobuf",
  geopackage: "GeoPackage",
  geojson: "GeoJSON",
  "vector-tiles": "Vector tiles",
  "raster-tiles": "Raster tiles",
  "confidence-tiles": "Confidence tiles",
  imagery: "Imagery tiles",
  "image-tiles": "Image tiles",
  report: "Writing report",
};

type Start = RunEvent & { type: "start" };

const DEVICE_NAMES = new Map([
  ["cpu", "CPU"],
  ["cuda", "GPU (CUDA)"],
  ["webgpu", "GPU (WebGPU)"],
]);

/** Shows a run while it runs. */
export interface RunView {
  readonly show: RunListener;
  /** Takes the progress bar away: also when the run has failed, for its timer would keep the process alive. */
  readonly close: () => void;
}

/** Shows a run: JSON lines, a progress bar on a terminal, a few plain lines elsewhere, or nothing. */
export function runView(output: CommandOutput, mode: "json" | "quiet" | "text"): RunView {
  const close = (): void => undefined;
  switch (mode) {
    case "json":
      return { show: (event) => output.out(`${JSON.stringify(event)}\n`), close };
    case "quiet":
      return { show: close, close };
    case "text":
      return textView(output, output.terminal ? new StageBar() : null);
    default:
      throw new RangeError(`unknown view ${String(mode satisfies never)}`);
  }
}

function textView(output: CommandOutput, bar: StageBar | null): RunView {
  let start: Start | null = null;
  const show = (event: RunEvent): void => {
    switch (event.type) {
      case "start":
        start = event;
        output.err(startLines(event));
        return;
      case "warning":
        bar?.clear();
        output.err(`Warning: ${event.message}.\n`);
        return;
      case "progress":
        bar?.update(event, start);
        return;
      case "stage":
        bar?.clear();
        return;
      case "done":
        output.err(doneLine(event));
        return;
      default:
        throw new RangeError(`unknown event ${String(event satisfies never)}`);
    }
  };
  return { show, close: () => bar?.clear() };
}

/** One line on the terminal that follows a stage and disappears when it ends. */
class StageBar {
  readonly #bar = new SingleBar({
    format: "{stage} [{bar}] {percentage} % | {speed} | {left} left",
    barsize: 30,
    clearOnComplete: true,
    gracefulExit: false,
    stream: process.stderr,
  });
  #shown: Stage | null = null;

  update(event: RunEvent & { type: "progress" }, start: Start | null): void {
    const { stage, done, total } = event;
    if (this.#shown !== stage) {
      this.clear();
      this.#bar.start(total, done, payload(event, start));
      this.#shown = stage;
    } else this.#bar.update(done, payload(event, start));
  }

  clear(): void {
    if (this.#shown !== null) this.#bar.stop();
    this.#shown = null;
  }
}

/** What the bar tells beside the share that is done. */
export function payload(
  { stage, megapixelsPerSecond, secondsLeft, busyShare }: RunEvent & { type: "progress" },
  start: Pick<Start, "gsd" | "device"> | null,
): Record<"stage" | "speed" | "left", string> {
  const { gsd = null, device = "cpu" } = start ?? {};
  const area = gsd === null ? "" : `, ${threeDigits(megapixelsPerSecond * gsd ** 2 * 3600)} km²/h`;
  const busy =
    busyShare === undefined || device === "cpu" ? "" : ` | ${device} ${(busyShare * 100).toFixed(0)} % busy`;
  return {
    stage: STAGE_NAMES[stage].padEnd(16),
    speed: `${threeDigits(megapixelsPerSecond)} Mpx/s${area}${busy}`,
    left: secondsLeft === null ? "?" : durationText(secondsLeft),
  };
}

/** What a run is told to be before it begins: the device and why better ones are not used, the scene and the model. */
export function startLines(event: Start): string {
  const { version, device, rejectedDevices, workers, scene, width, height, gsd, chips, model } = event;
  const reasons = rejectedDevices.map(({ device: name, reason }) => `${name}: ${reason}`);
  const why = reasons.length === 0 ? "" : ` (${reasons.join("; ")}; to mend it: landstitch doctor)`;
  const size = `${count(width)} x ${count(height)} px${gsd === null ? "" : ` at ${gsd.toPrecision(3)} m`}`;
  return [
    `landstitch ${version} on the ${DEVICE_NAMES.get(device) ?? device}, ${workers} ${workers === 1 ? "worker" : "workers"}${why}`,
    `${scene}: ${size}, ${count(chips)} ${chips === 1 ? "chip" : "chips"} for ${model}\n`,
  ].join("\n");
}

function doneLine({ output, bytes, seconds, peakMemoryBytes }: RunEvent & { type: "done" }): string {
  return `Done in ${durationText(seconds)}, peak memory ${bytesText(peakMemoryBytes)}: ${bytesText(bytes)} in ${output}\n`;
}
