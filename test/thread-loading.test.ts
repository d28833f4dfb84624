import { EventEmitter } from "node:events";
import { setImmediate as nextTurn } from "node:timers/promises";
import { Piscina } from "piscina";
import { expect, test } from "vitest";
import { ThreadLoading } from "../src/thread-loading.ts";

class FakePool extends EventEmitter {
  threads: EventEmitter[];

  constructor(threads: number) {
    super();
    this.threads = Array.from({ length: threads }, () => new EventEmitter());
  }
}

/** Whether settled() has resolved, looked at whenever everything that could resolve it has run. */
function watched(pool: FakePool) {
  const loading = new ThreadLoading(pool as never);
  let done = false;
  const settled = loading.settled().then(() => {
    done = true;
  });
  return { isDone: () => nextTurn().then(() => done), settled };
}

test("loading is settled when every thread has told that it is ready, or has ended", async () => {
  const pool = new FakePool(3);
  const { isDone, settled } = watched(pool);
  pool.threads[0]!.emit("message", {});
  pool.threads[1]!.emit("exit", 1);
  expect(await isDone()).toBe(false);
  pool.threads[2]!.emit("message", {});
  await settled;
});

test("a thread that takes the place of a dead one is waited for too", async () => {
  const pool = new FakePool(1);
  const { isDone, settled } = watched(pool);
  const [dead, replacement] = [pool.threads[0]!, new EventEmitter()];
  pool.threads = [replacement];
  dead.emit("exit", 1);
  expect(await isDone()).toBe(false);
  replacement.emit("message", {});
  await settled;
});

test("threads of a real pool settle, whether they load or fail to", { timeout: 30_000 }, async () => {
  for (const filename of [
    new URL("../dist/raster/encode-columns.js", import.meta.url).pathname,
    "/not/there.js",
  ]) {
    const pool = new Piscina({ filename, minThreads: 2, maxThreads: 2 });
    pool.on("error", () => undefined);
    await new ThreadLoading(pool).settled();
    await pool.destroy();
  }
});
