import { existsSync, readdirSync } from "node:fs";
import { expect } from "vitest";
import type { CliResult } from "./run-cli.ts";

/**
 * Expects the answer to something that the user can fix: exit 2, nothing on stdout, and on stderr one line that says what was found,
 * one with a hint, and no stack trace.
 */
export function expectUserError(result: CliResult, found: string | RegExp, hint: string | RegExp): void {
  const { code, signal, stdout, stderr } = result;
  expect({ code, signal, stdout, stderr }).toEqual({
    code: 2,
    signal: null,
    stdout: "",
    stderr: expect.any(String),
  });
  const lines = stderr.trimEnd().split("\n");
  expect(lines, stderr).toHaveLength(2);
  expect(lines[0]).toMatch(/^Error: .*[^.]\.$/);
  expect(lines[0]).toMatch(found);
  expect(lines[1]).toMatch(hint);
}

/** Expects that a run has left nothing that could be taken for a map: no output, no *.part. */
export function expectNoOutput(folder: string): void {
  expect(existsSync(folder) ? readdirSync(folder) : []).toEqual([]);
}
