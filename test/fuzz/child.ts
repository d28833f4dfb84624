/** Child of fuzz.ts: runs cases FROM to TO of a seed, one after another, and tells the parent of each before and after. */
import { mkdtempSync, readdirSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { TIFF_FIXTURES } from "../scene/fixtures.ts";
import { seededRandom } from "../support/random.ts";
import { mutate } from "./mutate.ts";
import { archiveSeed, loadDamagedModel, modelSeed, readDamagedArchive } from "./other-targets.ts";
import { readDamagedTiff, tiffSeed } from "./tiff-target.ts";

/** What a child tells: a case begins, or how it went and the memory (bytes) that it had taken at most. */
export type FuzzMessage =
  | { readonly type: "begin"; readonly index: number; readonly what: string }
  | {
      readonly type: "end";
      readonly index: number;
      readonly outcome: string;
      readonly failure: string | null;
      readonly grown: number;
    };

const [from = 0, to = 0, seed = 0] = process.argv.slice(2).map(Number);
const folder = realpathSync(mkdtempSync(join(tmpdir(), "landstitch-fuzz-")));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));

const files = readdirSync(TIFF_FIXTURES).filter((name) => name.endsWith(".tif"));
const tiffs = (await Promise.all(files.map((file) => tiffSeed(TIFF_FIXTURES + file, file)))).filter(
  (tiff) => tiff !== null,
);
const model = modelSeed(join(folder, "model"));
const archive = await archiveSeed(join(folder, "seed.pmtiles"));
const base = process.resourceUsage().maxRSS;

for (let index = from; index < to; index++) {
  const random = seededRandom(seed * 1_000_003 + index);
  const { what, work } = drawCase(random);
  tell({ type: "begin", index, what });
  const { outcome, failure } = await work().then(
    (outcome) => ({ outcome, failure: null }),
    (error: unknown) => ({
      outcome: "failure",
      failure: error instanceof Error ? (error.stack ?? error.message) : String(error),
    }),
  );
  tell({ type: "end", index, outcome, failure, grown: (process.resourceUsage().maxRSS - base) * 1024 });
}
process.disconnect();

/** Of ten cases eight are GeoTIFFs. */
function drawCase(random: () => number): { readonly what: string; readonly work: () => Promise<string> } {
  const kind = Math.floor(random() * 10);
  if (kind === 0) {
    const graph = random() < 0.2;
    const damaged = mutate(graph ? model.graph : model.card, random);
    const parts = graph ? { graph: damaged } : { card: damaged };
    return { what: graph ? "model.onnx" : "model.json", work: () => loadDamagedModel(model, parts) };
  }
  if (kind === 1) {
    const damaged = mutate(archive.bytes, random);
    return {
      what: "pmtiles",
      work: () => readDamagedArchive(archive, damaged, join(folder, "case.pmtiles")),
    };
  }
  const tiff = tiffs[Math.floor(random() * tiffs.length)]!;
  const damaged = mutate(tiff.bytes, random);
  return { what: tiff.file, work: () => readDamagedTiff(tiff, damaged, join(folder, "case.tif")) };
}

function tell(message: FuzzMessage): void {
  process.send!(message);
}
