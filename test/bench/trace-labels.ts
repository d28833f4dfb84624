/** Child of vectors.ts: polygons of a label raster as GeoParquet, by the built program. Prints {cpuSeconds, seconds, peakBytes, polygons}. */
const built = new URL("../../dist/", import.meta.url).href;
const load = <T>(path: string): Promise<T> => import(built + path) as Promise<T>;
const { openScene } = await load<typeof import("../../src/scene/open-scene.ts")>("scene/open-scene.js");
const { tracePolygons } = await load<typeof import("../../src/vector/polygons.ts")>("vector/polygons.js");
const { writeGeoParquet } = await load<typeof import("../../src/vector/geoparquet-writer.ts")>(
  "vector/geoparquet-writer.js",
);

const [input = "", output = "", options = "{}"] = process.argv.slice(2);
const start = performance.now();
const cpu = process.cpuUsage();
const labels = await openScene(input);
const { grid } = labels;
const written = await writeGeoParquet(output, tracePolygons(labels, null, JSON.parse(options)), {
  ...{ grid, classes: [], crs: "EPSG:4326" },
});
await labels.close();
const { user, system } = process.cpuUsage(cpu);
process.stdout.write(
  JSON.stringify({
    cpuSeconds: (user + system) / 1e6,
    seconds: (performance.now() - start) / 1000,
    peakBytes: process.resourceUsage().maxRSS * 1024,
    polygons: written.polygons,
  }),
);
