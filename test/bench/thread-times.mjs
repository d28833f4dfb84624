/**
 * Preloaded into a process (`node --import`), with THREAD_TIMES naming an empty folder: writes there, to `seconds`, the CPU seconds
 * that its worker threads spent, which process.cpuUsage() does not tell apart from the others. Linux only: the kernel's own account
 * of each thread, read every 50 ms while it lives.
 */
import { readdirSync, readFileSync, readlinkSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { isMainThread } from "node:worker_threads";

const folder = process.env.THREAD_TIMES;
if (isMainThread) {
  const nanoseconds = new Map();
  const sample = () => {
    for (const thread of readdirSync(folder)) {
      try {
        const spent = readFileSync(`/proc/self/task/${thread}/schedstat`, "latin1").split(" ")[0];
        nanoseconds.set(thread, Number(spent));
      } catch {
        // the thread has ended: what was read last stands
      }
    }
  };
  setInterval(sample, 50).unref();
  process.on("exit", () => {
    const sum = [...nanoseconds.values()].reduce((total, value) => total + value, 0);
    writeFileSync(join(folder, "seconds"), String(sum / 1e9));
  });
} else {
  writeFileSync(join(folder, basename(readlinkSync("/proc/thread-self"))), "");
}
