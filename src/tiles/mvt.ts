import { ByteWriter } from "../vector/byte-writer.ts";
import type { LatticeRing } from "../vector/rings.ts";

/** A polygon with holes. */
export interface MvtPolygon {
  readonly id: number | null;
  /** Polygons that share this object share its encoding. Numbers are whole and not negative. */
  readonly properties: Readonly<Record<string, string | number>>;
  /** On the layer's lattice, exterior first. */
  readonly rings: readonly LatticeRing[];
}

/** The layer that polygons are in, and the lattice that their rings are on. */
export interface MvtLayer {
  readonly name: string;
  /** Tile units along the side of a tile. */
  readonly extent: number;
  /** Tile units along the side of a cell of the lattice, which begins `margin` cells above and left of the tile. */
  readonly cell: number;
  readonly margin: number;
}

const VERSION_2 = 2;
const POLYGON = 3;
const MOVE_TO = 1;
const LINE_TO = 2;
const CLOSE_PATH = 15;
/** Field numbers of vector_tile.proto 2.1. */
const TILE = { layer: 3 } as const;
const LAYER = { version: 15, name: 1, feature: 2, key: 3, value: 4, extent: 5 } as const;
const FEATURE = { id: 1, tags: 2, type: 3, geometry: 4 } as const;
const VALUE = { string: 1, uint: 5 } as const;

/** Encodes one layer of polygons as a Mapbox Vector Tile 2.1 (github.com/mapbox/vector-tile-spec), not compressed. */
export function encodeMvt(layer: MvtLayer, polygons: Iterable<MvtPolygon>): Uint8Array {
  const dictionary = new Dictionary();
  const content = new ByteWriter(1 << 16);
  content.varintField(LAYER.version, VERSION_2);
  content.bytesField(LAYER.name, Buffer.from(layer.name));
  const feature = new ByteWriter(1 << 12);
  const geometry = new ByteWriter(1 << 12);
  for (const polygon of polygons) {
    feature.clear();
    geometry.clear();
    writeRings(geometry, polygon.rings, layer);
    if (polygon.id !== null) feature.varintField(FEATURE.id, polygon.id);
    feature.messageField(FEATURE.tags, dictionary.tagsOf(polygon.properties));
    feature.varintField(FEATURE.type, POLYGON);
    feature.messageField(FEATURE.geometry, geometry);
    content.messageField(LAYER.feature, feature);
  }
  for (const key of dictionary.keys) content.bytesField(LAYER.key, Buffer.from(key));
  for (const value of dictionary.values) content.bytesField(LAYER.value, encodeValue(value));
  content.varintField(LAYER.extent, layer.extent);
  const tile = new ByteWriter(content.length + 8);
  tile.messageField(TILE.layer, content);
  return tile.view();
}

/**
 * Rings as commands, every point relative to the one before, across rings too (spec 4.3); from the last point to the first, for
 * exteriors run clockwise on the screen there.
 */
function writeRings(out: ByteWriter, rings: readonly LatticeRing[], { cell, margin }: MvtLayer): void {
  let x = margin;
  let y = margin;
  for (const ring of rings) {
    const last = ring.length - 2;
    for (let i = last; i >= 0; i -= 2) {
      if (i === last) out.varint((1 << 3) | MOVE_TO);
      if (i === last - 2) out.varint(((last / 2) << 3) | LINE_TO);
      out.zigzag((ring[i]! - x) * cell);
      out.zigzag((ring[i + 1]! - y) * cell);
      x = ring[i]!;
      y = ring[i + 1]!;
    }
    out.varint(CLOSE_PATH);
  }
}

/** The keys and values of a layer, each once, and properties as pairs of places in them. */
class Dictionary {
  readonly keys: string[] = [];
  readonly values: (string | number)[] = [];
  readonly #tags = new Map<object, ByteWriter>();

  tagsOf(properties: MvtPolygon["properties"]): ByteWriter {
    const known = this.#tags.get(properties);
    if (known !== undefined) return known;
    const tags = new ByteWriter(16);
    for (const [key, value] of Object.entries(properties)) {
      tags.varint(placeOf(this.keys, key));
      tags.varint(placeOf(this.values, value));
    }
    this.#tags.set(properties, tags);
    return tags;
  }
}

/** The place of an item in a short list, at the end of which it is put when it is new. */
function placeOf<T>(list: T[], item: T): number {
  const place = list.indexOf(item);
  return place >= 0 ? place : list.push(item) - 1;
}

function encodeValue(value: string | number): Uint8Array {
  const out = new ByteWriter(16);
  if (typeof value === "number") out.varintField(VALUE.uint, value);
  else out.bytesField(VALUE.string, Buffer.from(value));
  return out.view();
}
