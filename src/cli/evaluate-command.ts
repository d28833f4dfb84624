import { writeFile } from "node:fs/promises";
import { messageOf, UserError } from "../errors.ts";
import { evaluate } from "../evaluate/evaluate.ts";
import { evaluationJson, formatEvaluation } from "../evaluate/format.ts";
import { openScene } from "../scene/open-scene.ts";
import type { CommandOutput } from "./output.ts";

/** Flags of `landstitch evaluate`. */
export interface EvaluateFlags {
  readonly json?: boolean;
  readonly output?: string;
  readonly ignore?: readonly number[];
}

/** `landstitch evaluate PREDICTION REFERENCE`: prints the scores, and writes them as JSON where -o says. */
export async function evaluateCommand(
  predictionPath: string,
  referencePath: string,
  { json = false, output: file, ignore = [] }: EvaluateFlags,
  output: CommandOutput,
): Promise<void> {
  const prediction = await openScene(predictionPath);
  try {
    const reference = await openScene(referencePath);
    try {
      const evaluation = await evaluate(prediction, reference, { classes: null, ignore });
      output.out(json ? evaluationJson(evaluation) : formatEvaluation(evaluation));
      if (file !== undefined) await writeReport(file, evaluationJson(evaluation));
    } finally {
      await reference.close();
    }
  } finally {
    await prediction.close();
  }
}

async function writeReport(path: string, text: string): Promise<void> {
  try {
    await writeFile(path, text);
  } catch (cause) {
    throw new UserError("not-writable", `${path}: ${messageOf(cause)}.`, "Choose another file with -o.", {
      cause,
    });
  }
}
