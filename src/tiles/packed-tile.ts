import { NODATA } from "../scene/class-scheme.ts";
import { emptied, type TileLabels } from "./tile-labels.ts";

/** The pixels of a tile as runs of one region, or of one class where regions are not known: mostly a tenth of the memory. */
export interface PackedTile {
  readonly side: number;
  /** The first run of each row, then the number of all. */
  readonly rows: Uint32Array;
  /** The column that each run ends before. */
  readonly stops: Uint16Array;
  readonly labels: Uint8Array;
  readonly regions: Uint32Array | null;
}

/** Packs tiles of one size. */
export class TilePacker {
  readonly #rows: Uint32Array;
  readonly #stops: Uint16Array;
  readonly #labels: Uint8Array;
  readonly #regions: Uint32Array;

  constructor(side: number) {
    this.#rows = new Uint32Array(side + 1);
    this.#stops = new Uint16Array(side * side);
    this.#labels = new Uint8Array(side * side);
    this.#regions = new Uint32Array(side * side);
  }

  pack({ side, labels, regions }: TileLabels): PackedTile {
    const runs = this.#findRuns(side, regions ?? labels);
    for (let run = 0, row = 0; run < runs; run++) {
      while (run === this.#rows[row + 1]) row++;
      const pixel = row * side + this.#stops[run]! - 1;
      this.#labels[run] = labels[pixel]!;
      if (regions !== null) this.#regions[run] = regions[pixel]!;
    }
    return {
      side,
      rows: this.#rows.slice(),
      stops: this.#stops.slice(0, runs),
      labels: this.#labels.slice(0, runs),
      regions: regions && this.#regions.slice(0, runs),
    };
  }

  /** Where rows and runs of equal values end; returns their number. */
  #findRuns(side: number, values: Uint8Array | Uint32Array): number {
    const [rows, stops] = [this.#rows, this.#stops];
    let runs = 0;
    for (let row = 0; row < side; row++) {
      const start = row * side;
      let value = values[start]!;
      for (let col = 1; col < side; col++) {
        const next = values[start + col]!;
        if (next === value) continue;
        stops[runs++] = col;
        value = next;
      }
      stops[runs++] = side;
      rows[row + 1] = runs;
    }
    return runs;
  }
}

/** A tile's neighbour, `dx` tiles to the east and `dy` to the south; null where it has none. */
export type Neighbour = (dx: number, dy: number) => PackedTile | null;

/**
 * The pixels of a tile with `margin` px of its eight neighbours around it, in `room`: a square of that size with regions, whose content
 * is lost.
 */
export function withMargin(
  tile: PackedTile,
  margin: number,
  neighbour: Neighbour,
  room: TileLabels,
): TileLabels {
  const square = emptied(tile.regions === null ? { ...room, regions: null } : room);
  for (const dy of [-1, 0, 1])
    for (const dx of [-1, 0, 1]) {
      const source = dx === 0 && dy === 0 ? tile : neighbour(dx, dy);
      if (source !== null)
        unpack(source, spanOf(dx, tile.side, margin), spanOf(dy, tile.side, margin), square);
    }
  return square;
}

/** Which columns or rows of a tile are wanted, and where the first one goes. */
interface Span {
  readonly from: number;
  readonly to: number;
  readonly at: number;
}

function spanOf(step: number, side: number, margin: number): Span {
  if (step === 0) return { from: 0, to: side, at: margin };
  return step < 0 ? { from: side - margin, to: side, at: 0 } : { from: 0, to: margin, at: margin + side };
}

function unpack(
  { rows, stops, labels, regions }: PackedTile,
  cols: Span,
  lines: Span,
  target: TileLabels,
): void {
  for (let row = lines.from; row < lines.to; row++) {
    const start = (lines.at + row - lines.from) * target.side + cols.at - cols.from;
    let col = 0;
    for (let run = rows[row]!; run < rows[row + 1]! && col < cols.to; run++) {
      const from = start + Math.max(col, cols.from);
      const to = start + Math.min(stops[run]!, cols.to);
      col = stops[run]!;
      const label = labels[run]!;
      if (label === NODATA) continue;
      for (let i = from; i < to; i++) target.labels[i] = label;
      if (target.regions === null || regions === null) continue;
      const region = regions[run]!;
      for (let i = from; i < to; i++) target.regions[i] = region;
    }
  }
}
