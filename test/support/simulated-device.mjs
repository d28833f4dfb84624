/**
 * A worker in a device's place: answers as the fixture model "pixelwise" would, or what a file holds, in a set time, and fails where it is told to
 * (see simulated-device.ts). It waits without spending CPU, as the thread of a GPU does. Of an overlap that it is told of it makes use: scores
 * of the interior are NaN.
 */
import { openSync, readFileSync, readSync } from "node:fs";
import { workerData } from "node:worker_threads";

const { card, settings, overlap } = Array.isArray(workerData) ? workerData[1] : workerData;
const {
  secondsPerMegapixel = 0,
  memory,
  nanWhere = null,
  dies = null,
  hangs = null,
  answers = null,
} = settings;
const log = new Int32Array(settings.log);
const cpuSeconds = new Float64Array(settings.cpuSeconds);
const answerFile = answers === null ? null : openSync(answers, "r");
let answered = 0;
if (overlap !== null) new Int32Array(settings.overlap).set([1, overlap.px, Number(overlap.isBlended)]);

export function infer({ chips, width, height, batch, answers: places }) {
  const task = Atomics.add(log, 0, 1);
  Atomics.store(log, 1 + 2 * task, batch);
  Atomics.store(log, 2 + 2 * task, chips.length);
  if (dies?.at?.includes(task) ?? dies !== null) return die(dies.how);
  if (batch > (memory?.[Math.min(task, memory.length - 1)] ?? batch))
    return { kind: "failed", message: "CUDA failure 2: out of memory ; GPU=0 ; hostname=simulated" };
  if (task === hangs?.at) {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, hangs.seconds * 1000);
    if (hangs.confused) for (const { scores } of places) scores.fill(Number.NaN);
    if (hangs.confused) return { kind: "failed", message: "the driver is confused" };
  }
  const seconds = (secondsPerMegapixel * batch * width * height) / 1e6;
  if (seconds > 0) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, seconds * 1000);
  const failures = chips.map((chip, i) => answer(chip, places[i], width, height));
  cpuSeconds[0] = threadSeconds();
  return { kind: "answers", failures, seconds };
}

/** CPU seconds of this thread by the kernel's account; 0 where there is none (Linux only). */
function threadSeconds() {
  try {
    return Number(readFileSync("/proc/thread-self/schedstat", "latin1").split(" ")[0]) / 1e9;
  } catch {
    return 0;
  }
}

function answer(chip, { scores, winners }, width, height) {
  const pixels = width * height;
  if (answerFile !== null) {
    readSync(answerFile, scores, 0, scores.byteLength, scores.byteLength * answered++);
    return null;
  }
  if (chip[0] === nanWhere) return "the model answers NaN or infinity";
  scores.fill(0);
  for (let i = 0; i < pixels; i++) {
    const label = (chip[i * 3] + chip[i * 3 + 1] + chip[i * 3 + 2]) >> 8;
    scores[Math.min(label, card.classes.length - 1) * pixels + i] = 1;
    winners.labels[i] = card.classes[Math.min(label, card.classes.length - 1)].id;
    winners.confidence[i] = 100;
  }
  if (overlap !== null) blankInterior(scores, width, height);
  return null;
}

function blankInterior(scores, width, height) {
  const { px } = overlap;
  for (let row = px; row < scores.length / width; row++) {
    const isInside = row % height >= px && row % height < height - px;
    if (isInside) scores.fill(Number.NaN, row * width + px, (row + 1) * width - px);
  }
}

/** Ends this thread, cleanly or with an error that nobody catches; the task is never answered. */
function die(how) {
  if (how === "exit") process.exit(7);
  setImmediate(() => {
    throw new Error("the driver is gone");
  });
  return new Promise(() => undefined);
}
