/** Child of vectors.ts: polygons of a label raster as GeoParquet, by the built program. Prints {cpuSeconds, seconds, peakBytes, polygons}. */
import { openScene } from "../../dist/scene/open-scene.js";
import { writeGeoParquet } from "../../dist/vector/geoparquet-writer.js";
import { tracePolygons } from "../../dist/vector/polygons.js";

const [input = "", output = "", options = "{}"] = process.argv.slice(2);
const start = performance.now();
const cpu = process.cpuUsage();
const labels = await openScene(input);
const { grid } = labels;
const traced = tracePolygons(labels, null, JSON.parse(options));
const written = await writeGeoParquet(output, traced, { grid, classes: [], crs: "EPSG:4326" });
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
