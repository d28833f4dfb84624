/**
 * Child of read.ts: reads all windows of a scene with landstitch, as it is built, or with sharp; a row of them first, uncounted. Prints
 * {megapixels, cpuSeconds, sum}: the sum of some samples of each window.
 */
import sharp from "sharp";
import { openScene } from "../../dist/scene/open-scene.js";

const [path = "", reader = "landstitch", size = "1024", stride = "896"] = process.argv.slice(2);
sharp.cache(false);
sharp.concurrency(1);
await readAll(Number(stride));
const cpu = process.cpuUsage();
const { pixels, sum } = await readAll(Number.POSITIVE_INFINITY);
const { user, system } = process.cpuUsage(cpu);
process.stdout.write(JSON.stringify({ megapixels: pixels / 1e6, cpuSeconds: (user + system) / 1e6, sum }));

/** Opens the scene and reads its windows, down to a row. */
async function readAll(lastRow) {
  const scene = await openScene(path, { windowHeight: Number(size) });
  const { width, height } = scene.grid;
  let [pixels, sum] = [0, 0];
  for (let row = 0; row < Math.min(height, lastRow); row += Number(stride)) {
    for (let col = 0; col < width; col += Number(stride)) {
      const side = {
        width: Math.min(Number(size), width - col),
        height: Math.min(Number(size), height - row),
      };
      const window = { col, row, ...side };
      const data = reader === "sharp" ? await bySharp(window) : (await scene.read(window)).data;
      pixels += window.width * window.height;
      sum += data[0] + data[data.length - 1] + data[data.length >> 1];
    }
  }
  await scene.close();
  return { pixels, sum };
}

async function bySharp({ col, row, width, height }) {
  const part = sharp(path, { limitInputPixels: false }).extract({ left: col, top: row, width, height });
  return part.raw().toBuffer();
}
