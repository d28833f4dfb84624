import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { WorkerThreads } from "../../src/inference/worker-threads.ts";
import { scratchFolder } from "../support/scratch.ts";

const scratch = scratchFolder();

test("a pool that is closed has ended its threads and starts none in their place", async () => {
  const file = join(scratch, "worker.mjs");
  writeFileSync(file, "export const infer = () => null;\n");
  let started = 0;
  const count = () => started++;
  process.on("worker", count);
  onTestFinished(() => void process.off("worker", count));
  const threads = new WorkerThreads({ file, threads: 2, tasksPerThread: 1, setup: null });
  await threads.close();
  await sleep(300);
  expect(started).toBe(2);
});
