import { codeOf, LAND, type Material } from "./material.ts";
import { distance, type Point } from "./shape.ts";

/** What a scene is drawn on: one value per pixel in each layer, row by row. */
export interface Canvas {
  readonly width: number;
  readonly height: number;
  /** Number of the visible material. */
  readonly material: Uint8Array;
  /** Brightness of the object, 128 = as its material. */
  readonly tone: Uint8Array;
  /** Land-cover class. */
  readonly label: Uint8Array;
  /** Height of the visible surface above ground, m. */
  readonly top: Uint8Array;
  /** Number of the district that may build here, 0 = none; RESERVE is added where only a street may cross. */
  readonly zone: Uint8Array;
}

/** Added to a zone along big roads: streets cross it, nothing is built there. */
export const RESERVE = 128;

/** What a shape leaves behind; layers that are not named stay as they were. */
export interface Brush {
  readonly material?: Material;
  readonly tone?: number;
  readonly label?: number;
  readonly top?: number;
  readonly zone?: number;
}

/** Whether the pixel at an index may be painted. */
export type Clip = (index: number) => boolean;

/** An empty canvas of bare sand. */
export function createCanvas(width: number, height: number): Canvas {
  const layer = (value: number): Uint8Array => new Uint8Array(width * height).fill(value);
  return {
    width,
    height,
    material: layer(codeOf("sand")),
    tone: layer(128),
    label: layer(LAND),
    top: layer(0),
    zone: layer(0),
  };
}

/** Fills the pixels whose centres are inside the ring (even-odd rule). */
export function fillPolygon(canvas: Canvas, ring: readonly Point[], brush: Brush, clip?: Clip): void {
  let [low, high] = [canvas.height, 0];
  for (const [, y] of ring) {
    low = Math.min(low, y);
    high = Math.max(high, y);
  }
  const last = Math.min(canvas.height - 1, Math.ceil(high - 0.5) - 1);
  for (let row = Math.max(0, Math.ceil(low - 0.5)); row <= last; row++) {
    const crossings = crossingsOf(ring, row + 0.5);
    for (let i = 0; i + 1 < crossings.length; i += 2)
      paintSpan(canvas, row, crossings[i]!, crossings[i + 1]!, brush, clip);
  }
}

/** The x positions at which the ring crosses a horizontal line, ascending. */
function crossingsOf(ring: readonly Point[], y: number): number[] {
  const crossings: number[] = [];
  let [ax, ay] = ring[ring.length - 1]!;
  for (const [bx, by] of ring) {
    if (ay <= y !== by <= y) crossings.push(ax + ((y - ay) / (by - ay)) * (bx - ax));
    ax = bx;
    ay = by;
  }
  return crossings.sort((a, b) => a - b);
}

function paintSpan(canvas: Canvas, row: number, from: number, to: number, brush: Brush, clip?: Clip): void {
  const start = row * canvas.width + Math.max(0, Math.ceil(from - 0.5));
  const end = row * canvas.width + Math.min(canvas.width, Math.ceil(to - 0.5));
  for (let index = start; index < end; index++)
    if (clip === undefined || clip(index)) paintPixel(canvas, index, brush);
}

/** Leaves the brush's values at one pixel. */
export function paintPixel(canvas: Canvas, index: number, brush: Brush): void {
  if (brush.material !== undefined) {
    canvas.material[index] = codeOf(brush.material);
    canvas.tone[index] = brush.tone ?? 128;
  }
  if (brush.label !== undefined) canvas.label[index] = brush.label;
  if (brush.top !== undefined) canvas.top[index] = brush.top;
  if (brush.zone !== undefined) canvas.zone[index] = brush.zone;
}

/** Fills a disc. */
export function fillDisc(canvas: Canvas, [x, y]: Point, radius: number, brush: Brush, clip?: Clip): void {
  const last = Math.min(canvas.height - 1, Math.ceil(y + radius - 0.5) - 1);
  for (let row = Math.max(0, Math.ceil(y - radius - 0.5)); row <= last; row++) {
    const half = Math.sqrt(Math.max(0, radius * radius - (row + 0.5 - y) ** 2));
    paintSpan(canvas, row, x - half, x + half, brush, clip);
  }
}

/** Draws a path of a width (px) with round joints and ends. */
export function strokePath(
  canvas: Canvas,
  path: readonly Point[],
  width: number,
  brush: Brush,
  clip?: Clip,
): void {
  for (let i = 1; i < path.length; i++) {
    const [a, b] = [path[i - 1]!, path[i]!];
    const length = distance(a, b);
    if (length === 0) continue;
    const nx = ((b[1] - a[1]) / length) * (width / 2);
    const ny = ((b[0] - a[0]) / length) * (width / 2);
    const quad: Point[] = [
      [a[0] - nx, a[1] + ny],
      [b[0] - nx, b[1] + ny],
      [b[0] + nx, b[1] - ny],
      [a[0] + nx, a[1] - ny],
    ];
    fillPolygon(canvas, quad, brush, clip);
    if (width > 2.5) fillDisc(canvas, b, width / 2, brush, clip);
  }
}

/** Draws the outline of a ring. */
export function strokeRing(
  canvas: Canvas,
  ring: readonly Point[],
  width: number,
  brush: Brush,
  clip?: Clip,
): void {
  strokePath(canvas, [...ring, ring[0]!], width, brush, clip);
}

/** Index of the pixel at a position, or null outside the canvas. */
export function indexAt({ width, height }: Canvas, [x, y]: Point): number | null {
  const [col, row] = [Math.floor(x), Math.floor(y)];
  return col >= 0 && row >= 0 && col < width && row < height ? row * width + col : null;
}

/** A clip that lets a district build on its own ground; with `streets` also in the reserve along big roads. */
export function within(canvas: Canvas, zone: number, streets = false): Clip {
  const { zone: zones } = canvas;
  return streets ? (i) => (zones[i]! & ~RESERVE) === zone : (i) => zones[i] === zone;
}

/** True when the corners, edge middles and centre of a ring are all allowed by the clip. */
export function fits(canvas: Canvas, ring: readonly Point[], clip: Clip): boolean {
  const centre: Point = [
    ring.reduce((sum, [x]) => sum + x, 0) / ring.length,
    ring.reduce((sum, [, y]) => sum + y, 0) / ring.length,
  ];
  const middles = ring.map(([x, y], i): Point => {
    const [nx, ny] = ring[(i + 1) % ring.length]!;
    return [(x + nx) / 2, (y + ny) / 2];
  });
  return [centre, ...ring, ...middles].every((point) => {
    const index = indexAt(canvas, point);
    return index === null ? true : clip(index);
  });
}
