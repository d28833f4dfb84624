/** Weight of the web map without data, and the time from opening it to the first whole map. `npm run bench:page` */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { mapScene } from "../../src/pipeline/map-scene.ts";
import { serveFolder } from "../../src/serve/server.ts";
import { launch } from "../browser/support/chromium.ts";
import { machine, spread, writeSection } from "./results.ts";

const RUNS = 7;
/** A new window keeps Chromium busy with its own interface for about a second: people open the map in a window that is there. */
const WINDOW_MS = 2500;
const page = fileURLToPath(new URL("../../dist/viewer/", import.meta.url));
const town = fileURLToPath(new URL("../../sample-data/town.tif", import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), "landstitch-bench-"));

try {
  await mapScene(town, scratch, {
    outputs: ["vector-tiles", "raster-tiles", "imagery", "areas"],
    device: "cpu",
  });
  const load = loadavg()[0]!.toFixed(1);
  const seconds = await firstMaps();
  const weights = readdirSync(page).map(
    (name) => [name, gzipSync(readFileSync(join(page, name))).length] as const,
  );
  const total = weights.reduce((sum, [, bytes]) => sum + bytes, 0);
  writeSection("Opening the web map", "npm run bench:page", [
    `${machine()}, load average ${load} before. The sample town at 1280 x 800 in Chromium with software rendering, a new browser profile`,
    `each time, ${RUNS} runs after one that is not counted; median (lowest–highest).`,
    "",
    "| | |",
    "|---|---|",
    `| from opening to the whole first map | ${spread(seconds, 2)} s (asked for: 1.5) |`,
    `| page without data, gzip | ${(total / 1000).toFixed(0)} kB (asked for: 700) |`,
    ...weights.map(([name, bytes]) => `| ${name} | ${(bytes / 1000).toFixed(1)} kB |`),
  ]);
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

/** Seconds from opening the page until its map stands still. */
async function firstMaps(): Promise<number[]> {
  const server = await serveFolder(scratch, { host: "127.0.0.1", port: 0 });
  const browser = await launch();
  const times: number[] = [];
  for (let run = 0; run <= RUNS; run++) {
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
    const tab = await context.newPage();
    await tab.waitForTimeout(WINDOW_MS);
    const started = performance.now();
    await tab.goto(server.url, { waitUntil: "commit" });
    await tab.waitForSelector('[data-state="idle"]');
    times.push((performance.now() - started) / 1000);
    await context.close();
  }
  await browser.close();
  await server.close();
  return times.slice(1);
}
