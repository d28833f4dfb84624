import type { PixelRing } from "../../../src/vector/rings.ts";
import { closedRing, directedEdges, netArea } from "./lattice.ts";

type Edge = readonly [x0: number, y0: number, x1: number, y1: number];
type Polygons = readonly { readonly rings: readonly PixelRing[] }[];

/** Net area (px²) of all polygons together. */
export function coveredArea(polygons: Polygons): number {
  return polygons.reduce((sum, { rings }) => sum + netArea(rings), 0);
}

function edgesOf(ring: ArrayLike<number>): Edge[] {
  return [...directedEdges([closedRing(ring)])].map(
    (text) => text.split(/[ ,]/).map(Number) as unknown as Edge,
  );
}

/**
 * Everything that keeps polygons from being a coverage of the data of a raster, by brute force over all pairs of edges: empty when
 * each edge runs once in each direction but for the borders of the data, no two edges meet but in their ends, and every ring has an
 * area of its sign and passes no point twice.
 */
export function coverageFaults(
  polygons: Polygons,
  labels: Uint8Array,
  width: number,
  height: number,
): string[] {
  const faults: string[] = [];
  const edges = new Map<string, Edge>();
  for (const { rings } of polygons) {
    for (const [k, ring] of rings.entries()) {
      const area = netArea([ring]);
      if (k === 0 ? area <= 0 : area >= 0) faults.push(`ring ${k} has the area ${area}`);
      const ringEdges = edgesOf(ring);
      if (new Set(ringEdges.map(([x, y]) => `${x},${y}`)).size < ringEdges.length)
        faults.push(`a ring passes a point twice: ${ring}`);
      for (const edge of ringEdges) {
        if (edges.has(edge.join())) faults.push(`two polygons lie on one side of ${edge}`);
        edges.set(edge.join(), edge);
      }
    }
  }
  const once: Edge[] = [];
  for (const edge of edges.values()) {
    const [x0, y0, x1, y1] = edge;
    const hasPartner = edges.has([x1, y1, x0, y0].join());
    if (!hasPartner && !isDataEdge(edge, labels, width, height)) faults.push(`a gap along ${edge}`);
    if (!hasPartner || x0 < x1 || (x0 === x1 && y0 < y1)) once.push(edge);
  }
  for (const [i, a] of once.entries())
    for (const b of once.slice(i + 1)) if (meet(a, b)) faults.push(`${a} meets ${b}`);
  return faults;
}

/** True when an axis-parallel edge has no data on exactly one side along its whole length. */
function isDataEdge([x0, y0, x1, y1]: Edge, labels: Uint8Array, width: number, height: number): boolean {
  if (x0 !== x1 && y0 !== y1) return false;
  const hasData = (x: number, y: number): boolean =>
    x > 0 && y > 0 && x < width && y < height && labels[Math.floor(y) * width + Math.floor(x)] !== 255;
  const steps = Math.abs(x1 - x0) + Math.abs(y1 - y0);
  const dx = Math.sign(x1 - x0);
  const dy = Math.sign(y1 - y0);
  return Array.from({ length: steps }, (_, k) => {
    const x = x0 + dx * (k + 0.5);
    const y = y0 + dy * (k + 0.5);
    return hasData(x + dy / 2, y - dx / 2) !== hasData(x - dy / 2, y + dx / 2);
  }).every(Boolean);
}

/** True when two segments share a point that is not an end of both. Exact for multiples of 1/32 below 2^20. */
function meet(a: Edge, b: Edge): boolean {
  const [ax, ay, bx, by] = a;
  const [cx, cy, dx, dy] = b;
  if (Math.max(ax, bx) < Math.min(cx, dx) || Math.max(cx, dx) < Math.min(ax, bx)) return false;
  if (Math.max(ay, by) < Math.min(cy, dy) || Math.max(cy, dy) < Math.min(ay, by)) return false;
  const c = Math.sign(side(a, cx, cy));
  const d = Math.sign(side(a, dx, dy));
  const p = Math.sign(side(b, ax, ay));
  const q = Math.sign(side(b, bx, by));
  if (c * d > 0 || p * q > 0) return false;
  const ends = [
    [ax, ay],
    [bx, by],
  ].filter(([x, y]) => (x === cx && y === cy) || (x === dx && y === dy)).length;
  if (c === 0 && d === 0) return ends !== 1 || overlapBeyond(a, b);
  return ends === 0;
}

/** True when two collinear segments with one common end run the same way from it. */
function overlapBeyond([ax, ay, bx, by]: Edge, [cx, cy, dx, dy]: Edge): boolean {
  const [sx, sy] = (ax === cx && ay === cy) || (ax === dx && ay === dy) ? [ax, ay] : [bx, by];
  const [px, py] = sx === ax && sy === ay ? [bx, by] : [ax, ay];
  const [qx, qy] = sx === cx && sy === cy ? [dx, dy] : [cx, cy];
  return (px - sx) * (qx - sx) + (py - sy) * (qy - sy) > 0;
}

function side([x0, y0, x1, y1]: Edge, x: number, y: number): number {
  return (x1 - x0) * (y - y0) - (y1 - y0) * (x - x0);
}
