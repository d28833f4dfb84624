import { CancelledError, UserError } from "../errors.ts";
import { type PixelPoint, pixelPoint } from "../geo/affine.ts";
import { sameGrid } from "../geo/grid.ts";
import { NODATA } from "../scene/class-scheme.ts";
import type { Scene } from "../scene/scene.ts";
import { groundOf } from "./ground.ts";
import { RegionTracer } from "./region-tracer.ts";
import { type PixelRing, RingReader } from "./rings.ts";
import { Sieve, SievedRows } from "./sieve.ts";

/** Pixels per strip at most, unless a row is longer. */
const STRIP_PIXELS = 1 << 23;

/** One region of a land-cover map, whole, on the pixel lattice of its scene. */
export interface LandCoverPolygon {
  /**
   * Row-major index of the region's first pixel (row · scene width + col): unique, ascending with that pixel, and the same
   * however the scene is read.
   */
  readonly id: number;
  readonly classId: number;
  /**
   * Exterior first and counter-clockwise with y up, then holes, clockwise; closed implicitly (see PixelRing). Points where a
   * straight border meets a third region stay, so that neighbours share every point of their border.
   */
  readonly rings: readonly PixelRing[];
  readonly pixels: number;
  /** 0–100 %; null without a confidence raster, or where it knows none. */
  readonly meanConfidence: number | null;
  /** The first pixel of the region, row by row. */
  readonly firstPixel: PixelPoint;
}

/** How polygons are traced; by default they are the pixels exactly. */
export interface TraceOptions {
  readonly signal?: AbortSignal;
  /** How far (px) borders may depart from the line that the edges of their pixels stand for; see ArcSimplifier. */
  readonly simplify?: number;
  /** Whether corners become curves. */
  readonly smooth?: boolean;
  /** Regions of less (m²) are merged into their neighbours first, for which the labels are read once more; see Sieve. */
  readonly minArea?: number;
}

/**
 * Polygons of a label raster (uint8, one band; masked pixels and 255 are no class): one for each 4-connected region, whole, handed
 * over when its last row has been read. Memory follows the strip and the regions open in it. `confidence` lies on the same grid.
 * Throws UserError "not-labels" or "grid-mismatch", and CancelledError when the signal is aborted.
 */
export async function* tracePolygons(
  labels: Scene,
  confidence: Scene | null,
  options: TraceOptions = {},
): AsyncGenerator<LandCoverPolygon> {
  checkScenes(labels, confidence);
  const { width } = labels.grid;
  const finished: LandCoverPolygon[] = [];
  const { simplify = 0, smooth = false, minArea = 0, signal } = options;
  const sieved = minArea > 0 ? await sieve(labels, minArea, signal) : null;
  const simplification = simplify > 0 || smooth ? { tolerance: simplify, smooth } : null;
  const finish = (region: number): void => {
    finished.push(polygonOf(tracer, reader, region, width));
  };
  const tracer = new RegionTracer(width, NODATA, finish, simplification);
  const reader = new RingReader(tracer.graph, "keep");
  for await (const { codes, trust } of readRows(labels, confidence, signal)) {
    sieved?.apply(codes);
    tracer.pushRow(codes, trust);
    for (const polygon of finished) yield polygon; // yield* costs twice as much
    finished.length = 0;
  }
  tracer.end();
  for (const polygon of finished) yield polygon;
}

async function sieve(labels: Scene, minArea: number, signal: AbortSignal | undefined): Promise<SievedRows> {
  const ground = groundOf(labels.grid);
  if (ground === null) {
    throw new UserError(
      "no-ground",
      `${labels.path} has no georeference in metres or degrees, so that no region can be found to be under ${minArea} m².`,
      "Leave out --min-area, or give the scene a georeference.",
    );
  }
  const small = new Sieve(labels.grid.width, NODATA, minArea, (x, y) => ground.pixelArea(x, y));
  for await (const { codes } of readRows(labels, null, signal)) small.pushRow(codes);
  return new SievedRows(labels.grid.width, NODATA, small.merge());
}

/** The rows of a label raster and of its confidence, read in strips. */
async function* readRows(
  labels: Scene,
  confidence: Scene | null,
  signal: AbortSignal | undefined,
): AsyncGenerator<{ readonly codes: Uint8Array; readonly trust: Uint8Array | null }> {
  const { width, height } = labels.grid;
  for (let row = 0; row < height; ) {
    if (signal?.aborted) throw new CancelledError();
    const rows = Math.min(stripRows(labels), height - row);
    const [codes, trust] = await Promise.all([
      readStrip(labels, row, rows),
      confidence && readStrip(confidence, row, rows),
    ]);
    for (let from = 0; from < rows * width; from += width) {
      yield {
        codes: codes.subarray(from, from + width),
        trust: trust?.subarray(from, from + width) ?? null,
      };
    }
    row += rows;
  }
}

/** Whole rows of blocks, as many as STRIP_PIXELS allows. */
function stripRows({ grid, storage }: Scene): number {
  const most = Math.max(1, Math.floor(STRIP_PIXELS / grid.width));
  return Math.min(Math.max(1, storage.blockHeight), most);
}

/** Full rows of a uint8 raster, NODATA where it is masked. */
async function readStrip(scene: Scene, row: number, rows: number): Promise<Uint8Array> {
  const { data, mask } = await scene.read(
    { col: 0, row, width: scene.grid.width, height: rows },
    { bands: [0] },
  );
  const codes = data as Uint8Array;
  if (mask !== null) {
    for (let i = 0; i < mask.length; i++) if (mask[i] === 0) codes[i] = NODATA;
  }
  return codes;
}

function polygonOf(
  { regions, unit }: RegionTracer,
  reader: RingReader,
  region: number,
  width: number,
): LandCoverPolygon {
  const id = regions.firstPixel[region]!;
  const rings = reader.read(regions.firstEdge[region]!);
  const confident = regions.confident[region]!;
  return {
    id,
    classId: regions.value[region]!,
    rings: unit === 1 ? rings : rings.map((ring) => Float64Array.from(ring, (value) => value / unit)),
    pixels: regions.pixels[region]!,
    meanConfidence: confident === 0 ? null : regions.confidence[region]! / confident,
    firstPixel: pixelPoint(id % width, Math.floor(id / width)),
  };
}

function checkScenes(labels: Scene, confidence: Scene | null): void {
  for (const scene of confidence === null ? [labels] : [labels, confidence]) {
    if (scene.sampleType === "uint8") continue;
    throw new UserError(
      "not-labels",
      `${scene.path} holds ${scene.sampleType} samples; a map of classes or of confidence holds uint8.`,
      "Pass the landcover.tif and confidence.tif that landstitch wrote.",
    );
  }
  if (confidence === null || sameGrid(labels.grid, confidence.grid)) return;
  throw new UserError(
    "grid-mismatch",
    `${confidence.path} is not on the grid of ${labels.path}: size, transform or CRS differ.`,
    "Pass the confidence raster that was written together with the labels.",
  );
}
