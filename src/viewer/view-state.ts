/** What lies over the imagery. */
export type Layer = "landcover" | "confidence" | "imagery";

/** A polygon that is chosen: its id in landcover.parquet, and which run it is of. */
export interface Selection {
  readonly run: "here" | "other";
  readonly id: number;
}

/** All that a permalink restores. */
export interface ViewState {
  /** Longitude and latitude (degrees). */
  readonly center: readonly [lon: number, lat: number];
  readonly zoom: number;
  readonly layer: Layer;
  /** 0–1, of the layer over the imagery. */
  readonly opacity: number;
  /** Class ids that are not shown. */
  readonly hidden: readonly number[];
  /** Where the swipe handle is, 0–1 of the map's width; null when nothing is compared. */
  readonly split: number | null;
  readonly selected: Selection | null;
  /** Folder of the run to compare with, relative to the page; null without one. */
  readonly compare: string | null;
}

/** Holds the state of the page and tells of its changes. */
export interface Store {
  readonly state: ViewState;
  update(change: Partial<ViewState>): void;
  /** Calls `listener` after each change. */
  watch(listener: (state: ViewState, before: ViewState) => void): void;
}

/** A store that starts with `initial`. */
export function createStore(initial: ViewState): Store {
  let state = initial;
  const listeners: ((state: ViewState, before: ViewState) => void)[] = [];
  return {
    get state() {
      return state;
    },
    update(change) {
      const before = state;
      state = { ...state, ...change };
      for (const listener of listeners) listener(state, before);
    },
    watch(listener) {
      listeners.push(listener);
    },
  };
}
