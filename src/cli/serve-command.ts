import { once } from "node:events";
import { availableParallelism } from "node:os";
import { serveInProcesses } from "../serve/processes.ts";
import type { CommandOutput } from "./output.ts";

/** Flags of `landstitch serve`, parsed. */
export interface ServeFlags {
  readonly host: string;
  readonly port: number;
  readonly processes?: number;
}

/** More are worth their memory only to who asks for them. */
const MOST_PROCESSES = 4;

/** `landstitch serve DIR [OTHER_DIR]`: prints the address and serves until it is stopped. */
export async function serveCommand(
  folder: string,
  other: string | undefined,
  { host, port, processes = Math.min(availableParallelism(), MOST_PROCESSES) }: ServeFlags,
  output: CommandOutput,
  signal: AbortSignal,
): Promise<void> {
  const server = await serveInProcesses(processes, folder, {
    host,
    port,
    ...(other === undefined ? {} : { other }),
    onError: (message) => output.err(`${message}\n`),
  });
  output.out(`${folder}${other === undefined ? "" : ` and ${other}`} at ${server.url} (Ctrl-C stops)\n`);
  if (!signal.aborted) await once(signal, "abort");
  await server.close();
}
