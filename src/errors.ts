/**
 * An error that the user can fix. `message` says what was found and where, `hint` says what to do:
 * it names the flag, the key or the file. The command line prints both and exits 2.
 */
export class UserError extends Error {
  readonly code: string;
  readonly hint: string;

  constructor(code: string, message: string, hint: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = "UserError";
    this.code = code;
    this.hint = hint;
  }
}

/** The run was stopped on purpose (Ctrl-C or an AbortSignal); the command line exits 130. */
export class CancelledError extends Error {
  /** True when what was done until then can be gone on with. */
  readonly resumable: boolean;

  constructor({ resumable = false }: { readonly resumable?: boolean } = {}) {
    super("cancelled");
    this.name = "CancelledError";
    this.resumable = resumable;
  }
}

/** A run ended, but went on without some of its input; the command line exits 3. */
export class IncompleteError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "IncompleteError";
  }
}

/** Throws CancelledError when the run is to stop. */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw new CancelledError();
}

/** The message of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Text on one line, without the full stop at its end: other programs' messages inside ours. */
export function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, " ").trim().replace(/\.$/, "");
}
