import type { LandCoverClass } from "../scene/class-scheme.ts";
import { NODATA } from "../scene/class-scheme.ts";
import type { Scene } from "../scene/scene.ts";
import type { LatticeRing } from "../vector/rings.ts";
import { GridTracer, type TracedRegion } from "../vector/trace-blocks.ts";
import {
  assertLabels,
  type LabelTileOptions,
  labelTiles,
  legendOf,
  type TileRegions,
} from "./label-tiles.ts";
import { encodeMvt, type MvtPolygon } from "./mvt.ts";
import { type PackedTile, TilePacker, withMargin } from "./packed-tile.ts";
import { gzip } from "./pmtiles-format.ts";
import { type EncodedTile, publishTiles, type TilesResult } from "./publish-tiles.ts";
import { indexRegions, NO_REGION, type RegionIndex } from "./region-index.ts";
import { coarsen, emptyLabels, type TileLabels } from "./tile-labels.ts";
import { TILE_SIZE, type TilePyramid, tileColumns } from "./tile-pyramid.ts";
import { unknownLabel } from "./unknown-label.ts";

/** How vector tiles are made; the layer is "landcover" unless told otherwise. */
export interface VectorTileOptions extends LabelTileOptions {
  readonly layer?: string;
  /** Regions of less (m²) go to their neighbours, as they do in landcover.parquet. */
  readonly minArea?: number;
}

/** Tile units along the side of a tile, 8 a label pixel (one a screen pixel in MapLibre), so that every corner has whole coordinates. */
const EXTENT = 4096;
const UNITS = EXTENT / TILE_SIZE;
/** Label pixels of the neighbours around a tile (32 units). */
const BUFFER = 4;
const BUFFERED = TILE_SIZE + 2 * BUFFER;
/** What a renderer copes with. */
const LARGEST_TILE_BYTES = 500_000;
/** Block sides (px) that a tile which is too large falls back to; they divide TILE_SIZE − 2 · BUFFER. */
const COARSER = [2, 4, 8] as const;
/** The deepest zooms, so many, have a feature for each polygon of the map; below them several show as one. */
const ZOOMS_WITH_IDS = 3;

/**
 * Writes `landcover.pmtiles`. Every tile is traced from labels on its own pixel grid at its own zoom: its polygons tessellate its data
 * in whole tile coordinates. A tile reaches BUFFER px over its borders into the same labels that its neighbours have: both hold the
 * same vertices there, and lines and antialiasing along the cut lie outside what a renderer shows. Properties are `class` and
 * `class_id`. In the deepest zooms a feature is what the tile shows of one polygon of the map, and its id is that of the polygon's row
 * in landcover.parquet; else it is a region of one class. Throws as publishTiles does, and UserError "not-labels" or "unknown-label".
 */
export async function writeVectorTiles(
  path: string,
  labels: Scene,
  options: VectorTileOptions,
): Promise<TilesResult> {
  assertLabels(labels);
  const layer = options.layer ?? "landcover";
  const index = await indexRegions(`${path}.regions.part`, labels, options);
  try {
    const encodeTile = tileEncoder(labels.path, options.classes, layer, index);
    return await publishTiles(path, labels, options, {
      tileType: "mvt",
      tileSize: TILE_SIZE,
      metadata: (pyramid) => metadataOf(layer, options.classes, pyramid),
      encode: (pyramid) => {
        const regions = { index, fromZoom: firstZoomWithIds(pyramid) };
        return encodeRows(labels, pyramid, regions, encodeTile);
      },
    });
  } finally {
    await index.close();
  }
}

function firstZoomWithIds({ minZoom, maxZoom }: TilePyramid): number {
  return Math.max(minZoom, maxZoom - ZOOMS_WITH_IDS + 1);
}

function metadataOf(layer: string, classes: readonly LandCoverClass[], pyramid: TilePyramid): object {
  const { minZoom: minzoom, maxZoom: maxzoom } = pyramid;
  const fromZoom = firstZoomWithIds(pyramid);
  return {
    ...legendOf(classes),
    format: "pbf",
    polygon_ids: { minzoom: fromZoom, maxzoom },
    vector_layers: [
      {
        id: layer,
        description: `Regions of one class; from zoom ${fromZoom} on a feature's id is that of its polygon`,
        fields: { class: "String", class_id: "Number" },
        minzoom,
        maxzoom,
      },
    ],
  };
}

/** A row of tiles by their columns; those without data are missing. */
interface PackedRow {
  readonly z: number;
  readonly y: number;
  readonly tiles: ReadonlyMap<number, PackedTile>;
}

/** Encodes each row of tiles when the one below it is known; until then they are packed. */
async function* encodeRows(
  labels: Scene,
  pyramid: TilePyramid,
  regions: TileRegions,
  encodeTile: TileEncoder,
): AsyncGenerator<EncodedTile> {
  const room = emptyLabels(BUFFERED, true);
  const held = new Map<number, { readonly above: PackedRow | null; readonly current: PackedRow }>();
  for await (const row of packedRows(labels, pyramid, regions)) {
    const last = held.get(row.z);
    if (last !== undefined) yield* encodeRow(pyramid, [last.above, last.current, row], room, encodeTile);
    held.set(row.z, { above: last?.current ?? null, current: row });
  }
  for (const { above, current } of held.values())
    yield* encodeRow(pyramid, [above, current, null], room, encodeTile);
}

async function* packedRows(
  labels: Scene,
  pyramid: TilePyramid,
  regions: TileRegions,
): AsyncGenerator<PackedRow> {
  const packer = new TilePacker(TILE_SIZE);
  const keep = (tile: TileLabels): PackedTile => packer.pack(tile);
  const filling = new Map<number, Map<number, PackedTile>>();
  for await (const { tile, content } of labelTiles(labels, pyramid, { regions, keep })) {
    const { z, x, y } = tile;
    const tiles = filling.get(z) ?? new Map<number, PackedTile>();
    filling.set(z, tiles);
    if (content !== null) tiles.set(x, content);
    if (x !== tileColumns(pyramid, z).at(-1)) continue;
    filling.delete(z);
    yield { z, y, tiles };
  }
}

function* encodeRow(
  pyramid: TilePyramid,
  rows: readonly [above: PackedRow | null, current: PackedRow, below: PackedRow | null],
  room: TileLabels,
  encodeTile: TileEncoder,
): Generator<EncodedTile> {
  const { z, y, tiles } = rows[1];
  const world = 2 ** z;
  for (const x of tileColumns(pyramid, z)) {
    const own = tiles.get(x);
    const neighbour = (dx: number, dy: number): PackedTile | null =>
      rows[dy + 1]?.tiles.get((x + dx + world) % world) ?? null;
    const encoded = own === undefined ? null : encodeTile(withMargin(own, BUFFER, neighbour, room));
    yield { tile: { z, x, y }, ...(encoded ?? { bytes: null }) };
  }
}

/** Turns the labels of a tile with its margin into MVT bytes; null when it has no data. */
type TileEncoder = (square: TileLabels) => { readonly bytes: Uint8Array; readonly coarsened: boolean } | null;

/** An encoder that coarsens the inside of a tile as long as it is too large. */
function tileEncoder(
  path: string,
  classes: readonly LandCoverClass[],
  layer: string,
  index: RegionIndex,
): TileEncoder {
  const properties = new Map(classes.map(({ id, name }) => [id, { class: name, class_id: id }]));
  const propertiesOf = (label: number): MvtPolygon["properties"] => {
    const known = properties.get(label);
    if (known === undefined) throw unknownLabel(path, label, classes);
    return known;
  };
  const classTracer = new GridTracer(BUFFERED, NODATA);
  const regionTracer = new GridTracer(BUFFERED, NO_REGION);
  const encode = ({ labels, regions }: TileLabels): Uint8Array | null => {
    const polygons =
      regions === null ? byClass(classTracer.trace(labels)) : byRegion(regionTracer.trace(regions), index);
    if (polygons.length === 0) return null;
    const features = polygons.map(({ id, label, rings }) => ({ id, properties: propertiesOf(label), rings }));
    return encodeMvt({ name: layer, extent: EXTENT, cell: UNITS, margin: BUFFER }, features);
  };
  return (square) => {
    let bytes = encode(square);
    let coarsened = false;
    for (const step of COARSER) {
      if (bytes === null || bytes.length <= LARGEST_TILE_BYTES) break;
      if (gzip(bytes).length <= LARGEST_TILE_BYTES) break;
      bytes = encode(coarsen(square, step, 2 * BUFFER));
      coarsened = true;
    }
    return bytes === null ? null : { bytes, coarsened };
  };
}

interface TilePolygon {
  readonly id: number | null;
  readonly label: number;
  readonly rings: readonly LatticeRing[];
}

/** A polygon for each 4-connected region of one class. */
function byClass(traced: readonly TracedRegion[]): TilePolygon[] {
  return traced.map(({ value, rings }) => ({ id: null, label: value, rings }));
}

/** A polygon, of one part or several, for each region of the map. */
function byRegion(traced: readonly TracedRegion[], index: RegionIndex): TilePolygon[] {
  const parts = new Map<number, LatticeRing[]>();
  for (const { value, rings } of traced) {
    const known = parts.get(value);
    if (known === undefined) parts.set(value, [...rings]);
    else known.push(...rings);
  }
  return Array.from(parts, ([region, rings]) => ({
    id: index.idOf(region),
    label: index.labelOf(region),
    rings,
  }));
}
