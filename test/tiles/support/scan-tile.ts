import type { TilePolygon } from "./archive.ts";

/** What lies over the centres of a tile's pixels: how many polygons, and the class of the last one (255: none). */
export interface ScannedTile {
  readonly counts: Uint8Array;
  readonly labels: Uint8Array;
}

/**
 * Scans polygons at pixel centres by the even-odd rule in whole numbers: `units` tile units a pixel (even), `side` pixels a row,
 * the first at tile position `origin` (units). Edges must be horizontal or vertical.
 */
export function scanTile(
  polygons: readonly TilePolygon[],
  { side, units, origin }: { readonly side: number; readonly units: number; readonly origin: number },
): ScannedTile {
  const counts = new Uint8Array(side * side);
  const labels = new Uint8Array(side * side).fill(255);
  for (const { properties, rings } of polygons) {
    const crossings = new Map<number, number[]>();
    for (const ring of rings) {
      ring.forEach((from, index) => {
        const to = ring[(index + 1) % ring.length]!;
        if (from.x !== to.x && from.y !== to.y) throw new Error("an edge is neither horizontal nor vertical");
        if (from.x !== to.x) return;
        const col = (from.x - origin) / units;
        const [top, bottom] = [Math.min(from.y, to.y), Math.max(from.y, to.y)];
        for (let row = (top - origin) / units; row < (bottom - origin) / units; row++) {
          if (!crossings.has(row)) crossings.set(row, []);
          crossings.get(row)!.push(col);
        }
      });
    }
    for (const [row, cols] of crossings) {
      cols.sort((a, b) => a - b);
      for (let i = 0; i < cols.length; i += 2) {
        for (let col = cols[i]!; col < cols[i + 1]!; col++) {
          counts[row * side + col]!++;
          labels[row * side + col] = Number(properties["class_id"]);
        }
      }
    }
  }
  return { counts, labels };
}
