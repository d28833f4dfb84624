/**
 * How fast the installed models are beside each other: `npm run bench:models -- [rounds]`. Each round shows every model the same chips
 * of the sample town, in turn, in one session of one thread. Writes RESULTS.md and models/speeds.json, from which the table of the
 * README takes them.
 */
import { writeFileSync } from "node:fs";
import { loadavg } from "node:os";
import { fileURLToPath } from "node:url";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { installedModels, loadModel, type Model } from "../../src/inference/model.ts";
import { SPEEDS_FILE } from "../../src/inference/model-speeds.ts";
import { openScene } from "../../src/scene/open-scene.ts";
import { machine, median, spread, writeSection } from "./results.ts";

const LOAD_BEFORE = loadavg()[0]!.toFixed(1);
const CHIPS = 6;
const rounds = Number(process.argv[2] ?? 5);
const models = await Promise.all((await installedModels()).map(loadModel));
const pictures = await readPictures();
const taken = new Map<string, { cpu: number[]; wall: number[] }>();
const sessions = new Map<string, InferenceSession>();
for (const { card, path } of models) {
  const options = { intraOpNumThreads: 1, interOpNumThreads: 1, logSeverityLevel: 3 } as const;
  sessions.set(card.name, await InferenceSession.create(path, options));
  taken.set(card.name, { cpu: [], wall: [] });
}
for (let round = -1; round < rounds; round++) {
  for (const model of models) {
    const { cpu, wall } = await timeChips(model);
    if (round < 0) continue; // warm
    taken.get(model.card.name)!.cpu.push(cpu);
    taken.get(model.card.name)!.wall.push(wall);
  }
}
report();

/** Chips of 512 px along the diagonal of the sample town, interleaved RGB. */
async function readPictures(): Promise<Uint8Array[]> {
  const scene = await openScene(fileURLToPath(new URL("../../sample-data/town.tif", import.meta.url)));
  const chips: Uint8Array[] = [];
  for (let i = 0; i < CHIPS; i++) {
    const { data } = await scene.read({ col: i * 512, row: i * 512, width: 512, height: 512 });
    chips.push(Uint8Array.from(data as Uint8Array));
  }
  await scene.close();
  return chips;
}

/** Milliseconds per chip: of CPU and by the clock. */
async function timeChips({ card }: Model): Promise<{ cpu: number; wall: number }> {
  const session = sessions.get(card.name)!;
  const [began, before] = [performance.now(), process.cpuUsage()];
  for (const picture of pictures) {
    const image = new Tensor("uint8", picture, [1, 512, 512, 3]);
    const answers = await session.run({ [session.inputNames[0]!]: image });
    if (Object.values(answers)[0]?.data.length === 0) throw new Error(`${card.name} answers nothing`);
  }
  const { user, system } = process.cpuUsage(before);
  return { cpu: (user + system) / 1000 / CHIPS, wall: (performance.now() - began) / CHIPS };
}

/** Megapixels of scene per second of one core: what a chip adds to the map is its stride squared. */
function megapixels({ card }: Model, milliseconds: number): number {
  return (card.chip - card.overlap) ** 2 / 1e3 / milliseconds;
}

function report(): void {
  const rows = models.map((model) => {
    const { cpu, wall } = taken.get(model.card.name)!;
    const rates = cpu.map((milliseconds) => megapixels(model, milliseconds));
    return `| \`${model.card.name}\` | ${spread(cpu, 0)} | ${spread(wall, 0)} | ${spread(rates, 2)} |`;
  });
  const gains = models.flatMap(({ card }) => {
    if (card.int8 === undefined) return [];
    const [exact, coarse] = [card.name, card.int8].map((name) => taken.get(name)!.cpu);
    const ratios = exact!.map((milliseconds, i) => milliseconds / coarse![i]!);
    return ["", `8-bit integers run ${spread(ratios, 2)} times as fast as ${card.name} (asked for: 1.8).`];
  });
  const conditions = `${machine()}, load average ${LOAD_BEFORE} before`;
  writeSection("Models beside each other", `npm run bench:models -- ${rounds}`, [
    `${conditions}. ${CHIPS} chips of 512 px of the sample town in ${rounds} rounds in turn, one session of one thread;`,
    "median (lowest–highest). CPU time, because other work on the machine stretches the clock's.",
    "",
    "| model | CPU ms per chip | ms per chip by the clock | Mpx of scene per CPU-second |",
    "|---|---|---|---|",
    ...rows,
    ...gains,
  ]);
  const speeds = Object.fromEntries(
    models.map((model) => {
      const rate = megapixels(model, median(taken.get(model.card.name)!.cpu));
      const { name, sha256 } = model.card;
      return [name, { sha256, megapixelsPerCpuSecond: Number(rate.toFixed(2)) }];
    }),
  );
  writeFileSync(SPEEDS_FILE, `${JSON.stringify({ measured: conditions, speeds }, null, 2)}\n`);
}
