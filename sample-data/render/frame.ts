import { valueNoise } from "./noise.ts";
import { between, direction, distance, type Point } from "./shape.ts";

/** Street coordinates of a district: s runs along its streets, t across them, both in px. */
export interface Frame {
  readonly at: (s: number, t: number) => Point;
  /** Ground px per unit of s at t: 1 in a straight frame, growing outwards in a round one. */
  readonly stretch: (t: number) => number;
  readonly s: readonly [from: number, to: number];
  readonly t: readonly [from: number, to: number];
}

/** Straight streets at an angle (turns), reaching over the whole ring. */
export function straightFrame(ring: readonly Point[], turns: number): Frame {
  const [ux, uy] = direction(turns);
  const s = ring.map(([x, y]) => ux * x + uy * y);
  const t = ring.map(([x, y]) => -uy * x + ux * y);
  return {
    at: (along, across) => [ux * along - uy * across, uy * along + ux * across],
    stretch: () => 1,
    s: [Math.min(...s), Math.max(...s)],
    t: [Math.min(...t), Math.max(...t)],
  };
}

/** Streets that meander: straight ones pushed sideways by up to `swing` px, about once every `length` px. */
export function windingFrame(
  ring: readonly Point[],
  turns: number,
  swing: number,
  length: number,
  seed: number,
): Frame {
  const straight = straightFrame(ring, turns);
  const push = (s: number): number => swing * valueNoise(seed, s / length, 0.5);
  return {
    ...straight,
    at: (s, t) => straight.at(s, t + push(s)),
    t: [straight.t[0] - swing, straight.t[1] + swing],
  };
}

/** Streets on circles around a centre; s is measured from the angle `start` (turns) on the circle through the middle of the ring. */
export function roundFrame(ring: readonly Point[], centre: Point, innermost = 0, start = 0): Frame {
  const radii = ring.map((point) => distance(point, centre));
  const outer = Math.max(...radii);
  const inner = Math.max(innermost, innermost > 0 ? 0 : Math.min(...radii));
  const radius = (inner + outer) / 2;
  const circle = radius * 6.283185307179586;
  return {
    at: (s, t) => {
      const [dx, dy] = direction(start + s / circle);
      return [centre[0] + dx * t, centre[1] + dy * t];
    },
    stretch: (t) => t / radius,
    s: [0, circle],
    t: [inner, outer],
  };
}

/** A piece of ground between streets with one building on it: u 0 … 1 along its street, v 0 (street) … 1 (back). */
export interface Plot {
  readonly at: (u: number, v: number) => Point;
  /** Side along the street and side away from it, px. */
  readonly width: number;
  readonly depth: number;
  /** Stable for the same plot of the same layout. */
  readonly key: readonly [row: number, column: number];
}

export interface PlotOptions {
  readonly streetWidth: number;
  /** px along the street, about: plots divide their block evenly. */
  readonly plotWidth: number;
  readonly plotDepth: number;
  readonly blockLength: number;
  /** Free ground between the backs of two rows, px. */
  readonly alley?: number;
}

export interface Layout {
  readonly streets: readonly (readonly Point[])[];
  /** The streets that cross the rows. */
  readonly crossStreets: readonly (readonly Point[])[];
  readonly plots: readonly Plot[];
}

/** Rows of plots back to back between parallel streets, cut into blocks by cross streets. */
export function layOut(frame: Frame, options: PlotOptions): Layout {
  const { streetWidth, plotDepth, blockLength, alley = 0 } = options;
  const period = streetWidth + 2 * plotDepth + alley;
  const blocks = Math.max(1, Math.round((frame.s[1] - frame.s[0]) / blockLength));
  const block = (frame.s[1] - frame.s[0]) / blocks;
  const plots: Plot[] = [];
  const streets: Point[][] = [];
  for (let row = 0, t = frame.t[0]; t < frame.t[1] + period; row++, t += period) {
    streets.push(line((s) => frame.at(s, t), frame.s));
    for (let k = 0; k < blocks; k++) {
      const from = frame.s[0] + k * block;
      plots.push(...rowOfPlots(frame, [from, from + block], t + streetWidth / 2, 1, options, [row * 2, k]));
      const next = t + period - streetWidth / 2;
      plots.push(...rowOfPlots(frame, [from, from + block], next, -1, options, [row * 2 + 1, k]));
    }
  }
  const crossStreets = Array.from({ length: blocks + 1 }, (_, k) =>
    line((t) => frame.at(frame.s[0] + k * block, t), frame.t),
  );
  return { streets, crossStreets, plots };
}

function rowOfPlots(
  frame: Frame,
  [from, to]: readonly [number, number],
  front: number,
  side: 1 | -1,
  { streetWidth, plotWidth, plotDepth }: PlotOptions,
  [row, block]: readonly [number, number],
): Plot[] {
  const stretch = frame.stretch(front + (side * plotDepth) / 2);
  const margin = (streetWidth / 2 + 2) / Math.max(0.2, stretch);
  const free = to - from - 2 * margin;
  const count = Math.round((free * stretch) / plotWidth);
  if (count < 1 || stretch < 0.15) return [];
  const width = free / count;
  return Array.from({ length: count }, (_, i) => {
    const left = from + margin + i * width;
    return {
      at: (u: number, v: number) => frame.at(left + u * width, front + side * v * plotDepth),
      width: width * stretch,
      depth: plotDepth,
      key: [row, block * 64 + i] as const,
    };
  });
}

/** A path along one coordinate, a point about every 12 px. */
function line(at: (value: number) => Point, [from, to]: readonly [number, number]): Point[] {
  const pieces = Math.max(1, Math.ceil((to - from) / 12));
  return Array.from({ length: pieces + 1 }, (_, i) => at(from + ((to - from) * i) / pieces));
}

/** A rectangle inside a plot, between fractions of its sides. */
export function partOf(plot: Plot, u0: number, u1: number, v0: number, v1: number): Point[] {
  return [plot.at(u0, v0), plot.at(u1, v0), plot.at(u1, v1), plot.at(u0, v1)];
}

/** A rectangular plot on its own: `front` is its street side, from left to right; the plot lies to the right of that path. */
export function plotAt(front: readonly [Point, Point], depth: number, key: readonly [number, number]): Plot {
  const [a, b] = front;
  const width = distance(a, b);
  const [nx, ny] = [(-(b[1] - a[1]) / width) * depth, ((b[0] - a[0]) / width) * depth];
  return {
    at: (u, v) => {
      const [x, y] = between(a, b, u);
      return [x + nx * v, y + ny * v];
    },
    width,
    depth,
    key,
  };
}
