/** The stages of a run, in order; `image-tiles` is that of `landstitch tiles`. */
export type Stage =
  | "map"
  | "areas"
  | "polygons"
  | "flatgeobuf"
  | "geopackage"
  | "geojson"
  | "vector-tiles"
  | "raster-tiles"
  | "confidence-tiles"
  | "imagery"
  | "report"
  | "image-tiles";

/** The types of RunEvent, in the order in which they first come. */
export const EVENT_TYPES = [
  "start",
  "warning",
  "progress",
  "stage",
  "done",
] as const satisfies readonly RunEvent["type"][];

/** What a run tells while it runs; `--json` prints one line for each. */
export type RunEvent =
  | {
      /** Once: all is checked, and mapping begins. */
      readonly type: "start";
      readonly version: string;
      readonly scene: string;
      readonly model: string;
      readonly device: string;
      /** Better devices that are not used, and why. */
      readonly rejectedDevices: readonly { readonly device: string; readonly reason: string }[];
      readonly workers: number;
      /** Size of the map in px. */
      readonly width: number;
      readonly height: number;
      /** Metres per pixel of the map; null without georeference. */
      readonly gsd: number | null;
      readonly chips: number;
      readonly output: string;
    }
  | {
      /** Something that the user should know; `code` does not change with the wording. */
      readonly type: "warning";
      readonly code: string;
      readonly message: string;
    }
  | {
      /** At most ten times a second for each stage, `done` never falling, and once when all of it is done. */
      readonly type: "progress";
      readonly stage: Stage;
      /** Chips for "map", tiles for the tile stages, px for the others. */
      readonly done: number;
      readonly total: number;
      readonly megapixelsPerSecond: number;
      readonly secondsLeft: number | null;
      /** Share of the time that the device's inference sessions run, 0 to 1; of the stage "map" alone. */
      readonly busyShare?: number;
    }
  | {
      /** A stage has ended. */
      readonly type: "stage";
      readonly stage: Stage;
      readonly seconds: number;
      readonly cpuSeconds: number;
    }
  | {
      /** Once, last: all files are written. */
      readonly type: "done";
      readonly output: string;
      readonly chips: number;
      readonly bytes: number;
      readonly seconds: number;
      readonly peakMemoryBytes: number;
    };

export type RunListener = (event: RunEvent) => void;

/** Something that the user should know about a run. */
export type Warning = Pick<RunEvent & { type: "warning" }, "code" | "message">;

/** Tells the progress of a stage at most ten times a second, with speed and time left. */
export class ProgressMeter {
  readonly #start = performance.now();
  #last = 0;

  constructor(
    private readonly stage: Stage,
    private readonly total: number,
    private readonly megapixels: number,
    private readonly listener: RunListener,
    /** What an earlier process had done: it tells nothing about this one's speed. */
    private readonly doneBefore = 0,
  ) {}

  report(done: number, busyShare: number | null = null): void {
    const now = performance.now();
    if (done < this.total && now - this.#last < 100) return;
    this.#last = now;
    const seconds = (now - this.#start) / 1000;
    const share = (done - this.doneBefore) / this.total;
    const shareLeft = 1 - done / this.total;
    this.listener({
      type: "progress",
      stage: this.stage,
      done,
      total: this.total,
      megapixelsPerSecond: seconds === 0 ? 0 : (this.megapixels * share) / seconds,
      secondsLeft: share === 0 ? null : (seconds * shareLeft) / share,
      ...(busyShare === null ? {} : { busyShare }),
    });
  }
}
