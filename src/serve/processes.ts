import cluster, { type Worker } from "node:cluster";
import { fileURLToPath } from "node:url";
import { UserError } from "../errors.ts";
import { mountFolders } from "./mount.ts";
import { type MapServer, type ServeOptions, serveFolder } from "./server.ts";

/** The compiled process, from src and from dist alike. */
const PROCESS = fileURLToPath(new URL("../../dist/serve/server-process.js", import.meta.url));

/** What a process of the server is to serve: its only argument, as JSON. */
export interface ProcessTask extends Omit<ServeOptions, "onError"> {
  readonly folder: string;
}

/** What a process of the server tells: that it listens, that it cannot, or what went wrong with a request. */
export type ProcessMessage =
  | { readonly kind: "listening"; readonly url: string }
  | { readonly kind: "refused"; readonly code: string; readonly message: string; readonly hint: string }
  | { readonly kind: "failed"; readonly message: string };

/**
 * Serves a folder from `count` processes that share one port; this one accepts the connections, and replaces a process that ends.
 * Throws as serveFolder does.
 */
export async function serveInProcesses(
  count: number,
  folder: string,
  options: ServeOptions,
): Promise<MapServer> {
  if (count === 1) return serveFolder(folder, options);
  await mountFolders(folder, options.other ?? null); // what is wrong with them is told before anything starts
  const { onError = () => undefined, ...listening } = options;
  const task: ProcessTask = { folder, ...listening };
  cluster.setupPrimary({ exec: PROCESS, args: [JSON.stringify(task)] });
  const running = new Set<Worker>();
  let closing = false;

  function start(): Promise<string> {
    const worker = cluster.fork();
    running.add(worker);
    return new Promise((resolve, reject) => {
      let listens = false;
      worker.on("message", (message: ProcessMessage) => {
        listens ||= message.kind === "listening";
        if (message.kind === "listening") resolve(message.url);
        else if (message.kind === "failed") onError(message.message);
        else reject(new UserError(message.code, message.message, message.hint));
      });
      worker.once("exit", (code, signal) => {
        running.delete(worker);
        const ended = `A process of the server ended (${signal ?? `exit code ${code}`})`;
        if (!listens) reject(new Error(ended));
        if (closing || !listens) return;
        onError(`${ended}; another one takes its place.`);
        start().catch((error: Error) => onError(error.message));
      });
    });
  }

  async function close(): Promise<void> {
    closing = true;
    await Promise.all(
      [...running].map((worker) => {
        const ended = new Promise((resolve) => worker.once("exit", resolve));
        worker.disconnect();
        return ended;
      }),
    );
  }

  const started = await Promise.allSettled(Array.from({ length: count }, start));
  const failed = started.find((one) => one.status === "rejected");
  if (failed !== undefined) {
    await close();
    throw failed.reason;
  }
  return { url: (started[0] as PromiseFulfilledResult<string>).value, close };
}
