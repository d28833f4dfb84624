/** Writes one archive of a label raster and prints what it cost: `tile-archive.ts vector|raster RASTER ARCHIVE`. */
import { openScene } from "../../src/scene/open-scene.ts";
import { writeRasterTiles } from "../../src/tiles/raster-tiles.ts";
import { writeVectorTiles } from "../../src/tiles/vector-tiles.ts";
import { LABEL_CLASSES } from "./label-raster.ts";

const [kind, raster, archive] = process.argv.slice(2) as [string, string, string];
const write = kind === "vector" ? writeVectorTiles : writeRasterTiles;
const before = process.cpuUsage();
const scene = await openScene(raster);
const { tiles, bytes } = await write(archive, scene, { classes: LABEL_CLASSES, name: "bench" });
await scene.close();
const { user, system } = process.cpuUsage(before);
const peakBytes = process.resourceUsage().maxRSS * 1024;
process.stdout.write(JSON.stringify({ cpuSeconds: (user + system) / 1e6, tiles, bytes, peakBytes }));
