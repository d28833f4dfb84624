/** Lets the n-th call to the file system fail, as a full disk or a bad one would. */
import fs from "node:fs";
import fsPromises, { type FileHandle } from "node:fs/promises";
import { syncBuiltinESMExports } from "node:module";
import { devNull } from "node:os";

type Call = (...args: never[]) => unknown;

/** What a failing call says; a write has written half of its bytes by then. */
const CODES: Readonly<Record<string, string>> = {
  open: "EIO",
  read: "EIO",
  readSync: "EIO",
  readFile: "EIO",
  readdir: "EIO",
  truncate: "EIO",
  sync: "EIO",
  rename: "EIO",
  rm: "EIO",
  mkdir: "ENOSPC",
  writeFile: "ENOSPC",
  appendFile: "ENOSPC",
};

let left = Number.POSITIVE_INFINITY;
let calls: string[] = [];

/** Lets the n-th call from now on fail, and only that; what it was is the last of the calls that `work` is seen to make. */
export async function withFailure<T>(
  n: number,
  work: () => Promise<T>,
): Promise<{ readonly result: PromiseSettledResult<T>; readonly failed: string | null }> {
  left = n;
  calls = [];
  const [result] = await Promise.allSettled([work()]);
  const failed = left <= 0 ? calls[n - 1]! : null;
  left = Number.POSITIVE_INFINITY;
  return { result, failed };
}

function fails(name: string): boolean {
  if (left === Number.POSITIVE_INFINITY) return false;
  calls.push(name);
  return --left === 0;
}

function errorOf(name: string): NodeJS.ErrnoException {
  const code = CODES[name]!;
  const what = code === "ENOSPC" ? "no space left on device" : "i/o error";
  return Object.assign(new Error(`${code}: ${what}, ${name}`), { code, syscall: name });
}

/** Puts itself in the place of a function; a failing write writes half first. */
function patch(target: object, name: string): void {
  const functions = target as Record<string, Call>;
  const original = functions[name]!;
  functions[name] = function (this: unknown, ...args: never[]): unknown {
    if (!fails(name)) return original.apply(this, args);
    if (name === "readSync") throw errorOf(name);
    return failLater(name, () => halfWritten(name, args, (half) => original.apply(this, half as never[])));
  };
}

async function failLater(name: string, before: () => unknown): Promise<never> {
  await before();
  throw errorOf(name);
}

function halfWritten(
  name: string,
  args: readonly unknown[],
  write: (args: readonly unknown[]) => unknown,
): unknown {
  const at = args.findIndex((arg, i) => arg instanceof Uint8Array || (name === "writeFile" && i === 1));
  const bytes = args[at];
  if (
    (name !== "appendFile" && name !== "writeFile") ||
    !(bytes instanceof Uint8Array || typeof bytes === "string")
  )
    return undefined;
  return write(args.with(at, bytes.slice(0, bytes.length >> 1)));
}

const handle: FileHandle = await fsPromises.open(devNull);
const methods = Object.getPrototypeOf(handle) as object;
await handle.close();
for (const name of ["read", "readFile", "appendFile", "writeFile", "sync", "truncate"]) patch(methods, name);
for (const name of ["open", "readFile", "readdir", "writeFile", "rename", "rm", "mkdir"])
  patch(fsPromises, name);
patch(fs, "readSync");
syncBuiltinESMExports();
