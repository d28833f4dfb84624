import { readFile } from "node:fs/promises";
import { UserError } from "../errors.ts";
import type { Device } from "./device.ts";
import { floatModelOf, loadModel, type Model } from "./model.ts";

/** How a model computes: as the user asks, or by what the processor is good at. */
export type Precision = "auto" | "fp32" | "int8";

/**
 * The variant of a model in 8-bit integers (the card's `int8`) or in floats, as is asked for; where nothing is, the model, or its
 * integers where they run faster. Throws UserError "no-int8" when they are asked for and there are none.
 */
export async function atPrecision(model: Model, precision: Precision, device: Device): Promise<Model> {
  const { int8, name } = model.card;
  if (precision === "fp32") return (await floatModelOf(name)) ?? model;
  if (precision === "auto" && (int8 === undefined || device !== "cpu" || !(await cpuGainsFromInt8())))
    return model;
  if (int8 !== undefined) return loadModel(int8);
  if ((await floatModelOf(name)) !== null) return model;
  throw new UserError(
    "no-int8",
    `--precision int8: the card of ${name} names no variant in 8-bit integers.`,
    "Leave it out, or make one with models/training/quantise.py and name it in the card (int8).",
  );
}

async function cpuGainsFromInt8(): Promise<boolean> {
  return gainsFromInt8(await readFile("/proc/cpuinfo", "utf8").catch(() => ""));
}

/**
 * Whether 8-bit convolutions beat float ones, by the flags in /proc/cpuinfo: measured on x86 with AVX2 and up (test/bench/RESULTS.md).
 * Elsewhere, and where the flags cannot be told, no.
 */
export function gainsFromInt8(cpuinfo: string): boolean {
  return /^flags\s*:.*\bavx2\b/m.test(cpuinfo);
}
