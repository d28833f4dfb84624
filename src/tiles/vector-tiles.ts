import type { LandCoverClass } from "../scene/class-scheme.ts";
import { NODATA } from "../scene/class-scheme.ts";
import type { Scene } from "../scene/scene.ts";
import { traceGrid } from "../vector/trace-blocks.ts";
import { coarsen, type LabelSquare, withMargin } from "./label-tile.ts";
import { type MercatorSampler, mercatorSampler } from "./mercator-sampler.ts";
import { encodeMvt, type MvtPolygon, type TileRing } from "./mvt.ts";
import { gzip } from "./pmtiles-format.ts";
import { type EncodedTile, publishTiles, type TileOptions, type TilesResult } from "./publish-tiles.ts";
import type { TileRow } from "./tile-pyramid.ts";
import { unknownLabel } from "./unknown-label.ts";

/** How vector tiles are made; the layer is "landcover" unless told otherwise. */
export interface VectorTileOptions extends TileOptions {
  readonly layer?: string;
}

/** Label pixels along the side of a tile: one a screen pixel, as MapLibre shows vector tiles. */
const SIZE = 512;
/** Tile units along the side of a tile, 8 a label pixel, so that every corner has whole coordinates. */
const EXTENT = 4096;
const UNITS = EXTENT / SIZE;
/** Label pixels of the neighbours around a tile (32 units). */
const BUFFER = 4;
/** What a renderer copes with. */
const LARGEST_TILE_BYTES = 500_000;
/** Block sides (px) that a tile which is too large falls back to; they divide SIZE − 2 · BUFFER. */
const COARSER = [2, 4, 8] as const;

/**
 * Writes `landcover.pmtiles`. Every tile is traced from labels on its own pixel grid, sampled at its own zoom: its polygons, one for
 * each region, tessellate its data in whole tile coordinates. A tile reaches BUFFER px over its borders into the same labels that its
 * neighbours have: both hold the same vertices there, and lines and antialiasing along the cut lie outside what a renderer shows.
 * Properties are `class` and `class_id`. Throws as publishTiles does.
 */
export function writeVectorTiles(
  path: string,
  labels: Scene,
  options: VectorTileOptions,
): Promise<TilesResult> {
  const layer = options.layer ?? "landcover";
  const tracer = tileTracer(labels.path, options.classes, layer);
  return publishTiles(path, labels, options, {
    tileType: "mvt",
    tileSize: SIZE,
    metadata: ({ minZoom, maxZoom }) => ({
      format: "pbf",
      vector_layers: [
        {
          id: layer,
          description: "Regions of one class",
          fields: { class: "String", class_id: "Number" },
          minzoom: minZoom,
          maxzoom: maxZoom,
        },
      ],
    }),
    encode: (pyramid, rows) => encodeRows(mercatorSampler(labels, pyramid), rows, tracer),
  });
}

/** The labels of one row of tiles, by column; columns without data are missing. */
type SampledRow = ReadonlyMap<number, Uint8Array>;

/** Samples row after row and encodes each when the one below it is known. */
async function* encodeRows(
  sample: MercatorSampler,
  rows: readonly TileRow[],
  trace: (square: LabelSquare) => Uint8Array,
): AsyncGenerator<EncodedTile> {
  let above: SampledRow = new Map();
  let current: SampledRow = new Map();
  for (const [index, row] of rows.entries()) {
    if (index === 0) current = await sampleRow(sample, row);
    const next = rows[index + 1];
    const below = next === undefined ? new Map() : await sampleRow(sample, next);
    const world = 2 ** row.z;
    for (const x of row.xs) {
      const neighbour = (dx: number, dy: number): Uint8Array | null =>
        [above, current, below][dy + 1]!.get((x + dx + world) % world) ?? null;
      const bytes = current.has(x) ? trace(withMargin(SIZE, BUFFER, neighbour)) : null;
      yield { tile: { z: row.z, x, y: row.y }, bytes };
    }
    above = current;
    current = below;
  }
}

async function sampleRow(sample: MercatorSampler, { z, y, xs }: TileRow): Promise<SampledRow> {
  const sampled = new Map<number, Uint8Array>();
  for (const x of xs) {
    const labels = await sample({ z, x, y });
    if (labels !== null) sampled.set(x, labels);
  }
  return sampled;
}

/** Turns the labels of a tile with its margin into MVT bytes, coarsening its inside as long as they are too many. */
function tileTracer(path: string, classes: readonly LandCoverClass[], layer: string) {
  const properties = new Map(classes.map(({ id, name }) => [id, { class: name, class_id: id }]));
  const encode = ({ labels, side }: LabelSquare): Uint8Array =>
    encodeMvt(
      { name: layer, extent: EXTENT },
      traceGrid(labels, side, side, NODATA).map(({ value, rings }): MvtPolygon => {
        const known = properties.get(value);
        if (known === undefined) throw unknownLabel(path, value, classes);
        return { properties: known, rings: rings.map(toTileRing) };
      }),
    );
  return (square: LabelSquare): Uint8Array => {
    let bytes = encode(square);
    for (const step of COARSER) {
      if (bytes.length <= LARGEST_TILE_BYTES || gzip(bytes).length <= LARGEST_TILE_BYTES) break;
      bytes = encode(coarsen(square, step, 2 * BUFFER));
    }
    return bytes;
  };
}

/** A ring of the padded pixel grid in tile units, turned round: MVT's exteriors run clockwise on the screen. */
function toTileRing(ring: Int32Array): TileRing {
  const turned = new Int32Array(ring.length);
  for (let i = 0; i < ring.length; i += 2) {
    turned[i] = (ring[ring.length - 2 - i]! - BUFFER) * UNITS;
    turned[i + 1] = (ring[ring.length - 1 - i]! - BUFFER) * UNITS;
  }
  return turned;
}
