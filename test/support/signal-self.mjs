/**
 * Preloaded into a command line's process (see runSignalled): sends it a signal when it has printed a text. From within, so that no busy
 * machine lets the moment pass by.
 */
import { isMainThread } from "node:worker_threads";

/** @type {import("./signalled-cli.ts").SignalAt[]} */
const waiting = JSON.parse(process.env.SIGNAL_SELF ?? "[]");
delete process.env.SIGNAL_SELF; // processes that this one starts are left alone

if (isMainThread) {
  let printed = "";
  for (const stream of [process.stdout, process.stderr]) {
    const write = stream.write.bind(stream);
    stream.write = (text, ...rest) => {
      printed += text;
      const [next] = waiting;
      if (next !== undefined && new RegExp(next.at).test(printed)) {
        waiting.shift();
        setTimeout(() => process.kill(process.pid, next.signal), next.delay ?? 0);
      }
      return write(text, ...rest);
    };
  }
}
