/** Child of read.ts: reads all windows of a scene with landstitch or sharp. Prints {megapixels, cpuSeconds, sum}: the sum of all samples. */
import sharp from "sharp";
import { openScene } from "../../src/scene/open-scene.ts";

const [path = "", reader = "landstitch", size = "1024", stride = "896"] = process.argv.slice(2);
sharp.cache(false);
sharp.concurrency(1);
const scene = await openScene(path, { windowHeight: Number(size) });
const { width, height } = scene.grid;
let pixels = 0;
let sum = 0;
const cpu = process.cpuUsage();
for (let row = 0; row < height; row += Number(stride)) {
  for (let col = 0; col < width; col += Number(stride)) {
    const window = {
      col,
      row,
      width: Math.min(Number(size), width - col),
      height: Math.min(Number(size), height - row),
    };
    const data = reader === "sharp" ? await bySharp(window) : (await scene.read(window)).data;
    pixels += window.width * window.height;
    sum += data[0]! + data[data.length - 1]! + data[data.length >> 1]!;
  }
}
const { user, system } = process.cpuUsage(cpu);
await scene.close();
process.stdout.write(JSON.stringify({ megapixels: pixels / 1e6, cpuSeconds: (user + system) / 1e6, sum }));

async function bySharp({
  col,
  row,
  width: w,
  height: h,
}: {
  col: number;
  row: number;
  width: number;
  height: number;
}) {
  const part = sharp(path, { limitInputPixels: false }).extract({ left: col, top: row, width: w, height: h });
  const { data } = await part.raw().toBuffer({ resolveWithObject: true });
  return data;
}
