/** The stages of a run, in order. */
export type Stage = "map" | "areas" | "polygons" | "vector-tiles" | "raster-tiles";

/** What a run tells while it runs; `--json` prints one line for each. */
export type RunEvent =
  | {
      readonly type: "start";
      readonly version: string;
      readonly scene: string;
      readonly model: string;
      readonly device: string;
      /** Better devices that are not used, and why. */
      readonly rejectedDevices: readonly { readonly device: string; readonly reason: string }[];
      readonly workers: number;
      readonly width: number;
      readonly height: number;
      /** Metres per pixel of the map; null without georeference. */
      readonly gsd: number | null;
      readonly chips: number;
      readonly output: string;
    }
  | { readonly type: "warning"; readonly code: string; readonly message: string }
  | {
      readonly type: "progress";
      readonly stage: Stage;
      readonly done: number;
      readonly total: number;
      readonly megapixelsPerSecond: number;
      readonly secondsLeft: number | null;
    }
  | { readonly type: "stage"; readonly stage: Stage; readonly seconds: number; readonly cpuSeconds: number }
  | {
      readonly type: "done";
      readonly output: string;
      readonly chips: number;
      readonly bytes: number;
      readonly seconds: number;
      readonly peakMemoryBytes: number;
    };

export type RunListener = (event: RunEvent) => void;

/** Tells the progress of a stage at most ten times a second, with speed and time left. */
export class ProgressMeter {
  readonly #start = performance.now();
  #last = 0;

  constructor(
    private readonly stage: Stage,
    private readonly total: number,
    private readonly megapixels: number,
    private readonly listener: RunListener,
  ) {}

  report(done: number): void {
    const now = performance.now();
    if (done < this.total && now - this.#last < 100) return;
    this.#last = now;
    const seconds = (now - this.#start) / 1000;
    const share = done / this.total;
    this.listener({
      type: "progress",
      stage: this.stage,
      done,
      total: this.total,
      megapixelsPerSecond: seconds === 0 ? 0 : (this.megapixels * share) / seconds,
      secondsLeft: share === 0 ? null : (seconds * (1 - share)) / share,
    });
  }
}
