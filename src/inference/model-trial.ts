import { messageOf, oneLine } from "../errors.ts";
import { type TrialOptions, tryModel } from "./try-model.ts";

/** Child process that tries a model, which may be hostile: `node model-trial.js MODEL OPTIONS` prints a Trial, or an error, as JSON. */
const [path = "", options = "{}"] = process.argv.slice(2);
const result = await tryModel(path, JSON.parse(options) as TrialOptions).catch((error: unknown) => ({
  error: oneLine(messageOf(error)),
}));
process.stdout.write(`${JSON.stringify(result)}\n`);
