import { stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { DEFAULT_SEED, renderScene, SCENE_NAMES } from "./render/scenes.ts";

const USAGE = `npx tsx sample-data/render.ts [--out DIR] [--seed N] [--only ${SCENE_NAMES.join("|")}]`;

/** Renders the sample scenes and prints each file's size. */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      out: { type: "string" },
      seed: { type: "string" },
      only: { type: "string" },
      help: { type: "boolean" },
    },
  });
  if (values.help === true) {
    console.log(USAGE);
    return;
  }
  const folder = values.out ?? dirname(fileURLToPath(import.meta.url));
  const seed = values.seed === undefined ? DEFAULT_SEED : Number(values.seed);
  if (!Number.isInteger(seed)) throw new RangeError(`--seed is "${values.seed}"; it must be a whole number`);
  const names = values.only === undefined ? SCENE_NAMES : SCENE_NAMES.filter((name) => name === values.only);
  if (names.length === 0)
    throw new RangeError(`--only is "${values.only}"; it must be one of ${SCENE_NAMES.join(", ")}`);
  for (const name of names)
    for (const file of await renderScene(name, folder, seed))
      console.log(`${file}  ${((await stat(join(folder, file))).size / 1e6).toFixed(2)} MB`);
}

await main();
