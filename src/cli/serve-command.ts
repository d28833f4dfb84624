import { once } from "node:events";
import { serveFolder } from "../serve/server.ts";
import type { CommandOutput } from "./output.ts";

/** Flags of `landstitch serve`, parsed. */
export interface ServeFlags {
  readonly host: string;
  readonly port: number;
}

/** `landstitch serve DIR [OTHER_DIR]`: prints the address and serves until it is stopped. */
export async function serveCommand(
  folder: string,
  other: string | undefined,
  { host, port }: ServeFlags,
  output: CommandOutput,
  signal: AbortSignal,
): Promise<void> {
  const server = await serveFolder(folder, {
    host,
    port,
    ...(other === undefined ? {} : { other }),
    onError: (message) => output.err(`${message}\n`),
  });
  output.out(`${folder}${other === undefined ? "" : ` and ${other}`} at ${server.url} (Ctrl-C stops)\n`);
  if (!signal.aborted) await once(signal, "abort");
  await server.close();
}
