import { derivedScene } from "../scene/derived-scene.ts";
import type { Scene } from "../scene/scene.ts";

/** Shares of the map stage's time (0–1) in which its parts waited for others, and the part that waited least: it sets the pace. */
export interface WaitShares {
  /** No chip was being read: those read had not been taken yet. */
  readonly reading: number;
  /** The sessions had no chip, a mean over the workers. */
  readonly inference: number;
  /** Stitching waited for the next chip's scores, or for what it had stitched to be taken over. */
  readonly stitching: number;
  /** Nothing stitched waited to be written: what is encoded and written behind the next rows holds nobody up. */
  readonly writing: number;
  readonly limit: "reading" | "inference" | "stitching" | "writing";
}

/** Counts how long the parts of the map stage wait for each other. */
export class MapWaits {
  readonly #start = performance.now();
  #underWay = 0;
  #readingSince = 0;
  #reading = 0;
  #stitchingWaited = 0;
  #writing = 0;

  /** The same scene, with an eye on when it is read. */
  watch(scene: Scene): Scene {
    return derivedScene(scene, {
      read: async (window, options) => {
        if (this.#underWay++ === 0) this.#readingSince = performance.now();
        try {
          return await scene.read(window, options);
        } finally {
          if (--this.#underWay === 0) this.#reading += performance.now() - this.#readingSince;
        }
      },
    });
  }

  /** The same items, with an eye on how long each lets wait. */
  async *waited<T>(source: AsyncGenerator<T>): AsyncGenerator<T> {
    try {
      while (true) {
        const start = performance.now();
        const next = await source.next();
        this.#stitchingWaited += performance.now() - start;
        if (next.done === true) return;
        yield next.value;
      }
    } finally {
      await source.return(undefined);
    }
  }

  /** What a call to the writers gives, with an eye on how long it lets wait. */
  async written<T>(writing: Promise<T>): Promise<T> {
    const start = performance.now();
    try {
      return await writing;
    } finally {
      this.#writing += performance.now() - start;
    }
  }

  /** The shares up to now; `busyShare` is that of the inference sessions. */
  shares(busyShare: number | null): WaitShares {
    const elapsed = performance.now() - this.#start;
    const share = (value: number): number => Math.round(Math.min(1, Math.max(0, value)) * 1000) / 1000;
    const waited = {
      reading: share(1 - this.#reading / elapsed),
      inference: share(1 - (busyShare ?? 0)),
      stitching: share((this.#stitchingWaited + this.#writing) / elapsed),
      writing: share(1 - this.#writing / elapsed),
    };
    const parts = ["reading", "inference", "stitching", "writing"] as const;
    return { ...waited, limit: parts.reduce((least, part) => (waited[part] < waited[least] ? part : least)) };
  }
}
