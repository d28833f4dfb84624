/**
 * Makes the README's picture from a finished demo (`npm run demo` first): one place as scene, labels, polygons and web map.
 * The panels are read from the output files themselves, by other readers than those that wrote them where there are some.
 */
import { readFileSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { asyncBufferFromFile, parquetReadObjects } from "hyparquet";
import { PMTiles } from "pmtiles";
import sharp from "sharp";
import { pixelPoint, pixelToWorld, worldToPixel } from "../src/geo/affine.ts";
import { type LonLat, lonLatProjection } from "../src/geo/crs.ts";
import { WEB_MERCATOR_HALF, webMercator } from "../src/geo/tile-matrix-set.ts";
import type { Window } from "../src/geo/window.ts";
import { rgbOf } from "../src/scene/class-scheme.ts";
import { openScene } from "../src/scene/open-scene.ts";
import type { Scene } from "../src/scene/scene.ts";

const root = fileURLToPath(new URL("../", import.meta.url));
const folder = `${root}demo-output`;
const side = 480;
const gap = 8;
const [col, row] = (process.argv[2] ?? "1500,1700").split(",").map(Number) as [number, number];
const window: Window = { col, row, width: side, height: side };

const scene = await openScene(`${root}sample-data/town.tif`);
const labels = await openScene(`${folder}/landcover.tif`);
const colours = new Map(labels.palette!.map(({ value, color }) => [value, rgbOf(color)]));
const panels = [
  await scenePanel(scene),
  await labelPanel(labels),
  await polygonPanel(labels),
  await mapPanel(labels),
];
await mkdir(`${root}.ci/pictures`, { recursive: true });
await sharp({
  create: { width: panels.length * (side + gap) - gap, height: side, channels: 3, background: "#ffffff" },
})
  .composite(panels.map((input, i) => ({ input, left: i * (side + gap), top: 0 })))
  .png({ compressionLevel: 9, palette: true, colours: 200 })
  .toFile(`${root}.ci/pictures/scene-to-map.png`);
await Promise.all([scene.close(), labels.close()]);

async function scenePanel(source: Scene): Promise<Buffer> {
  const { data } = await source.read(window, { bands: [0, 1, 2] });
  return sharp(data as Uint8Array, { raw: { width: side, height: side, channels: 3 } })
    .png()
    .toBuffer();
}

async function labelPanel(source: Scene): Promise<Buffer> {
  const { data } = await source.read(window);
  const rgb = Uint8Array.from(
    { length: side * side * 3 },
    (_, i) => (colours.get(data[Math.floor(i / 3)]!) ?? [255, 255, 255])[i % 3]!,
  );
  return sharp(rgb, { raw: { width: side, height: side, channels: 3 } })
    .png()
    .toBuffer();
}

/** Polygons of landcover.parquet, drawn as SVG where their longitudes and latitudes fall on the scene's pixels. */
async function polygonPanel({ grid }: Scene): Promise<Buffer> {
  const file = await asyncBufferFromFile(`${folder}/landcover.parquet`);
  const compressors = { GZIP: (bytes: Uint8Array) => new Uint8Array(gunzipSync(bytes)) };
  const rows = (await parquetReadObjects({ file, columns: ["class_id", "geometry"], compressors })) as {
    class_id: number;
    geometry: { coordinates: [number, number][][] | [number, number][][][]; type: string };
  }[];
  const { fromLonLat } = lonLatProjection(grid.crs!);
  const place = (point: [number, number]): string => {
    const [x, y] = worldToPixel(grid.affine, fromLonLat(point as unknown as LonLat));
    return `${(x - col).toFixed(1)},${(y - row).toFixed(1)}`;
  };
  const paths = rows.map(({ class_id, geometry }) => {
    const rings = (geometry.type === "Polygon" ? geometry.coordinates : geometry.coordinates.flat()) as [
      number,
      number,
    ][][];
    const d = rings.map((ring) => `M${ring.map(place).join("L")}Z`).join("");
    return `<path d="${d}" fill="rgb(${colours.get(class_id)!.join()})" fill-opacity=".35" stroke="#222" stroke-width=".7" fill-rule="evenodd"/>`;
  });
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${side}" height="${side}" viewBox="0 0 ${side} ${side}"><rect width="100%" height="100%" fill="#fff"/>${paths.join("")}</svg>`;
  return sharp(Buffer.from(svg), { unlimited: true }).png().toBuffer();
}

/** Tiles of landcover-raster.pmtiles at their finest zoom, as a web map would show the same place. */
async function mapPanel({ grid }: Scene): Promise<Buffer> {
  const bytes = readFileSync(`${folder}/landcover-raster.pmtiles`);
  const archive = new PMTiles({
    getKey: () => "demo",
    getBytes: async (offset, length) => ({
      data: new Uint8Array(bytes.subarray(offset, offset + length)).buffer,
    }),
  });
  const { maxZoom: z } = await archive.getHeader();
  const centre = pixelToWorld(grid.affine, pixelPoint(col + side / 2, row + side / 2));
  const [x, y] = webMercator(lonLatProjection(grid.crs!).toLonLat(centre));
  /** Of the centre, in tiles from the north-west corner of the world. */
  const [across, down] = [x + WEB_MERCATOR_HALF, WEB_MERCATOR_HALF - y].map(
    (metres) => (metres / (2 * WEB_MERCATOR_HALF)) * 2 ** z,
  ) as [number, number];
  const middle = await archive.getZxy(z, Math.floor(across), Math.floor(down));
  const { width: size } = await sharp(Buffer.from(middle!.data)).metadata();
  const [left, top] = [Math.round(across * size - side / 2), Math.round(down * size - side / 2)];
  const first = [Math.floor(left / size), Math.floor(top / size)] as const;
  const count = Math.ceil(side / size) + 1;
  const places = Array.from(
    { length: count * count },
    (_, i) => [first[0] + (i % count), first[1] + Math.floor(i / count)] as const,
  );
  const tiles = await Promise.all(
    places.map(async ([tx, ty]) => ({
      tile: await archive.getZxy(z, tx, ty),
      left: (tx - first[0]) * size,
      top: (ty - first[1]) * size,
    })),
  );
  const present = tiles.flatMap(({ tile, ...at }) =>
    tile === undefined ? [] : [{ input: Buffer.from(tile.data), ...at }],
  );
  const mosaic = await sharp({
    create: { width: count * size, height: count * size, channels: 3, background: "#fff" },
  })
    .composite(present)
    .png()
    .toBuffer();
  return sharp(mosaic)
    .extract({ left: left - first[0] * size, top: top - first[1] * size, width: side, height: side })
    .png()
    .toBuffer();
}
