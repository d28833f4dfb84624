import type { Window } from "../geo/window.ts";
import type { InferredChip } from "../inference/worker-pool.ts";
import type { UnreadWindow } from "../scene/skip-damage.ts";
import type { SkippedWindow, Tally } from "./checkpoint.ts";

/** A tally that counts on. */
export interface RunningTally extends Tally {
  inferred: number;
  withoutData: number;
  inferenceSeconds: number;
  readonly skipped: SkippedWindow[];
}

/** A tally from what an earlier process had counted, or from nothing. */
export function newTally(before: Tally | undefined): RunningTally {
  const { inferred = 0, withoutData = 0, inferenceSeconds = 0, skipped = [] } = before ?? {};
  return { inferred, withoutData, inferenceSeconds, skipped: [...skipped] };
}

/** The tally with what could not be read, each window once. */
export function withUnread(tally: Tally, unread: readonly UnreadWindow[]): Tally {
  const blocks = unread.map((window) => ({ what: "block" as const, ...window }));
  const byKey = new Map([...tally.skipped, ...blocks].map((window) => [JSON.stringify(window), window]));
  return { ...tally, skipped: [...byKey.values()] };
}

/** The same chips, counted and told of; windows of failed ones in pixels of the map, which begins at `crop`. */
export async function* counted(
  chips: AsyncIterable<InferredChip>,
  tally: RunningTally,
  { col, row }: Window,
  report: (done: number) => void,
): AsyncGenerator<InferredChip> {
  for await (const chip of chips) {
    if (chip.failure !== null) {
      const window = { ...chip.window, col: chip.window.col - col, row: chip.window.row - row };
      tally.skipped.push({ what: "chip", window, reason: chip.failure });
    } else if (chip.scores === null) tally.withoutData++;
    else tally.inferred++;
    tally.inferenceSeconds += chip.seconds;
    report(chip.index + 1);
    yield chip;
  }
}
