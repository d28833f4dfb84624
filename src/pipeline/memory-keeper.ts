import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** How often memory is looked at (ms), and the share of the limit from which on what lies about is collected. */
const EVERY_MS = 200;
const FROM = 0.8;
/** After a collection that did not help (share of the limit that it freed) the next waits this long (ms). */
const HELPED = 0.01;
const PAUSE_MS = 3000;

/**
 * Keeps the process within `--max-memory` as far as garbage goes: pixels lie outside of Node's heap, so that it would leave arrays of
 * hundreds of MB lying where there is room. Returns how to end it; does nothing without a limit.
 */
export function keepMemory(limitBytes: number | null): () => void {
  if (limitBytes === null) return () => undefined;
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  let pausedUntil = 0;
  const timer = setInterval(() => {
    const before = process.memoryUsage.rss();
    if (before < FROM * limitBytes || performance.now() < pausedUntil) return;
    collect();
    const freed = before - process.memoryUsage.rss();
    if (freed < HELPED * limitBytes) pausedUntil = performance.now() + PAUSE_MS;
  }, EVERY_MS);
  timer.unref();
  return () => clearInterval(timer);
}
