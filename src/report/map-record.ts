import type { Grid } from "../geo/grid.ts";
import type { Window } from "../geo/window.ts";
import type { ModelCard } from "../inference/model-card.ts";
import type { Areas } from "./areas.ts";

/** All that the report and the STAC item tell about a map: what it is of, what made it, and what was found. */
export interface MapRecord {
  /** File name of the scene. */
  readonly name: string;
  readonly inputs: readonly {
    readonly path: string;
    readonly bytes: number | null;
    readonly sha256: string | null;
  }[];
  /** When the scene was taken (RFC 3339), where its file says so. */
  readonly taken: string | null;
  readonly attribution: string | undefined;
  /** The grid of the map; its GSD in m, null where unknown. */
  readonly grid: Grid;
  readonly gsd: number | null;
  readonly card: ModelCard;
  readonly areas: Areas;
  readonly warnings: readonly { readonly code: string; readonly message: string }[];
  /** The settings of the run, by key. */
  readonly config: Readonly<Record<string, unknown>>;
  /** Versions by name of the software. */
  readonly software: Readonly<Record<string, string>>;
  readonly device: string;
  readonly workers: number;
  readonly chips: { readonly planned: number; readonly inferred: number; readonly withoutData: number };
  /** Windows that hold no data because they could not be read (px of the scene) or inferred (px of the map). */
  readonly skipped: readonly {
    readonly what: "block" | "chip";
    readonly window: Window;
    readonly reason: string;
  }[];
  readonly stages: readonly {
    readonly stage: string;
    readonly seconds: number;
    readonly cpuSeconds: number;
  }[];
  readonly peakMemoryBytes: number;
  /** RFC 3339, UTC. */
  readonly started: string;
  readonly finished: string;
}

/** One validation of a model, as its card gives it. */
export type Metric = ModelCard["metrics"][number];

/** The file name at the end of a path or URL. */
export function fileNameOf(pathOrUrl: string): string {
  const path = /^https?:/.test(pathOrUrl) ? new URL(pathOrUrl).pathname : pathOrUrl;
  return path.split(/[/\\]/).findLast((part) => part !== "") ?? path;
}
