import type { PolygonRows } from "./polygon-rows.ts";
import type { RunFolder } from "./run-folder.ts";
import type { Store } from "./view-state.ts";

/** A run on the page: its folder, and its polygons where they were written. */
export interface Run {
  readonly folder: RunFolder;
  readonly polygons: PolygonRows | null;
  /** "Before" and "After" when two runs are compared; else null. */
  readonly title: string | null;
}

/** What the parts of the page share. */
export interface Page {
  readonly here: Run;
  /** The run that is compared with; null with one run. */
  readonly other: Run | null;
  readonly store: Store;
}
