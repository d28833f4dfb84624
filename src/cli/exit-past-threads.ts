import { createRequire } from "node:module";

/** A global of Node, which its types leave to those of browsers. */
declare const WebAssembly: { readonly Memory: new (size: { readonly initial: number }) => object };

/**
 * Ends the process, once what it printed is out, without its threads: process.exit waits for each, and for ever for one that hangs in a driver. Of what Node 20 has,
 * only WASI's proc_exit is C's exit, and it may be called by a program alone: one that does nothing else.
 */
export async function exitPastThreads(code: number): Promise<void> {
  for (const stream of [process.stdout, process.stderr])
    await new Promise((written) => stream.write("", written));
  const { WASI } = createRequire(import.meta.url)("node:wasi") as typeof import("node:wasi");
  const wasi = new WASI({ version: "preview1", returnOnExit: false });
  const proc_exit = wasi.wasiImport["proc_exit"] as (code: number) => void;
  const exports = { memory: new WebAssembly.Memory({ initial: 1 }), _start: () => proc_exit(code) };
  wasi.start({ exports });
}
