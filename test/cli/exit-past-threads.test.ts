import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";

const LEAVE = new URL("../../dist/cli/exit-past-threads.js", import.meta.url).href;
/** A thread that no JavaScript can end, as one in a driver's call. */
const STUCK = `import { spawnSync } from "node:child_process";
import { parentPort } from "node:worker_threads";
parentPort.postMessage("started");
spawnSync("sleep", ["20"]);`;

test("a process leaves a thread that hangs behind, with its exit code and all that it printed", () => {
  const script = `import { Worker } from "node:worker_threads";
    import { exitPastThreads } from ${JSON.stringify(LEAVE)};
    new Worker(new URL(${JSON.stringify(`data:text/javascript,${encodeURIComponent(STUCK)}`)})).once("message", () => setTimeout(() => {
      process.stdout.write("x".repeat(300000));
      void exitPastThreads(3);
    }, 300));`;
  const started = performance.now();
  const left = spawnSync(process.execPath, ["--input-type=module", "-e", script], { encoding: "utf8" });
  expect(left).toMatchObject({ status: 3, stderr: "" });
  expect(left.stdout).toHaveLength(300_000);
  expect(performance.now() - started).toBeLessThan(15_000);
});
