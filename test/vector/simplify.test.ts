import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { crsFromEpsg } from "../../src/geo/crs.ts";
import { type LandCoverPolygon, type TraceOptions, tracePolygons } from "../../src/vector/polygons.ts";
import { memoryScene } from "../support/memory-scene.ts";
import { seededRandom } from "../support/random.ts";
import { coverageFaults, coveredArea } from "./support/coverage.ts";
import { anyLabels, closedRing, grid, netArea } from "./support/lattice.ts";

interface Raster {
  readonly labels: Uint8Array;
  readonly width: number;
  readonly height: number;
}

const SETTINGS: readonly TraceOptions[] = [
  { simplify: 0 },
  { simplify: 1 },
  { simplify: 2 },
  { simplify: 5 },
  { smooth: true },
  { simplify: 1, smooth: true },
  { simplify: 3, smooth: true },
];

async function trace(
  { labels, width, height }: Raster,
  options: TraceOptions = {},
): Promise<LandCoverPolygon[]> {
  const scene = memoryScene({ data: labels, width, height, nodata: 255 });
  const polygons: LandCoverPolygon[] = [];
  for await (const polygon of tracePolygons(scene, null, options)) polygons.push(polygon);
  return polygons;
}

/** Traces, and checks that the polygons are a coverage of the data with the regions and holes of the raster. */
async function traceCoverage(raster: Raster, options: TraceOptions): Promise<LandCoverPolygon[]> {
  const polygons = await trace(raster, options);
  const exact = await trace(raster);
  expect(coverageFaults(polygons, raster.labels, raster.width, raster.height)).toEqual([]);
  expect(coveredArea(polygons)).toBe(raster.labels.filter((label) => label !== 255).length);
  const shape = ({ id, classId, pixels, rings }: LandCoverPolygon): readonly number[] => [
    ...[id, classId, pixels, rings.length],
  ];
  expect(polygons.map(shape)).toEqual(exact.map(shape));
  return polygons;
}

/** Blotches of a few classes with speckle: borders of all slopes, islands, single pixels and nodata. */
function blotches(width: number, height: number, seed: number, speckle = 0.03): Raster {
  const random = seededRandom(seed);
  const seeds = Array.from({ length: Math.ceil((width * height) / 60) }, () => ({
    x: random() * width,
    y: random() * height,
    label: [0, 1, 2, 3, 255][Math.floor(random() * 5)]!,
  }));
  const labels = Uint8Array.from({ length: width * height }, (_, i) => {
    const [x, y] = [i % width, Math.floor(i / width)];
    if (random() < speckle) return Math.floor(random() * 4);
    const distance = (s: { x: number; y: number }): number => (s.x - x) ** 2 + (s.y - y) ** 2;
    return seeds.reduce((a, b) => (distance(b) < distance(a) ? b : a)).label;
  });
  return { labels, width, height };
}

/** A raster whose labels are given by a formula. */
function drawn(width: number, height: number, label: (col: number, row: number) => number): Raster {
  const labels = Uint8Array.from({ length: width * height }, (_, i) =>
    label(i % width, Math.floor(i / width)),
  );
  return { labels, width, height };
}

const corners = (polygons: readonly LandCoverPolygon[]): number =>
  polygons.reduce((sum, { rings }) => sum + rings.reduce((all, ring) => all + ring.length / 2, 0), 0);

describe.each(SETTINGS)(
  "no gap, no overlap, no crossing, the raster's area to the last bit: %o",
  (options) => {
    test.each<readonly [string, Raster]>([
      ["an empty scene", grid("...", "...")],
      ["a scene of one class", grid("111", "111")],
      ["a single pixel of data", grid("...", ".1.", "...")],
      ["single-pixel regions", grid("11111", "12131", "11111", "14151", "11111")],
      ["a checkerboard", grid("12121", "21212", "12121", "21212")],
      ["a checkerboard of data and nodata", grid("1.1.1", ".1.1.", "1.1.1")],
      ["diagonal touches", grid("1222", "2122", "2212", "2221")],
      ["a region that touches itself around a hole", grid("112", "121", "111")],
      ["a region that touches itself at every step", grid("11111", "12111", "11211", "11121", "11112")],
      ["a region that touches itself around nodata", grid("11.", "1.1", "111")],
      ["nodata islands", grid("11111", "1..21", "1.221", "12221", "11111")],
      ["a nodata island between two regions", grid("1122", "1..2", "1..2", "1122")],
      ["regions of two borders, which must not collapse", grid("111111", "122221", "333333")],
      ["a hole between two nodes, which must not collapse", grid("1111222", "1133322", "1133322", "1111222")],
      ["an island in a lake in an island", grid("11111", "12221", "12321", "12221", "11111")],
      [
        "a spiral one pixel wide",
        grid("1111111", "2222221", "2111121", "2122121", "2122221", "2111111", "2222222"),
      ],
      ["diagonal lines one pixel wide", drawn(24, 24, (col, row) => ((col + row) % 5 === 0 ? 1 : 2))],
      ["stairs side by side", drawn(30, 20, (col, row) => Math.floor((col * 2 + row * 3) / 4) % 3)],
      ["blotches with speckle", blotches(36, 30, 1)],
      ["noise", blotches(20, 20, 2, 1)],
    ])("%s", async (_, raster) => {
      await traceCoverage(raster, options);
    });
  },
);

describe("simplified borders", () => {
  test("property: on any raster, at any setting, polygons are a coverage with the regions and holes of the raster", async () => {
    await fc.assert(
      fc.asyncProperty(anyLabels, fc.constantFrom(...SETTINGS), async (raster, options) => {
        await traceCoverage(raster, options);
      }),
      { numRuns: 300 },
    );
  });

  test("property: they are the same whatever strips the scene is read in", async () => {
    const { labels, width, height } = blotches(60, 60, 5);
    const scene = memoryScene({ data: labels, width, height, nodata: 255 });
    const whole = await trace({ labels, width, height }, { simplify: 1 });
    for (const blockHeight of [1, 7, 16]) {
      const strips = { ...scene, storage: { ...scene.storage, blockHeight } };
      const polygons: LandCoverPolygon[] = [];
      for await (const polygon of tracePolygons(strips, null, { simplify: 1 })) polygons.push(polygon);
      expect(polygons).toEqual(whole);
    }
  });

  test.each<TraceOptions>([{ simplify: 9 }, { simplify: 9, smooth: true }])(
    "they are the same whatever row they begin in, though rows that no border reaches any more are forgotten: %o",
    async (options) => {
      // a coast as long as the raster, with islands before it
      const { labels, width, height } = drawn(40, 200, (col, row) => {
        const coast = 20 + 8 * Math.sin(row / 10);
        return row % 4 === 0 && Math.abs(col - coast - 3) < 0.5 ? 2 : Number(col < coast);
      });
      const polygons = await traceCoverage({ labels, width, height }, options);
      for (const above of [1, 30, 63, 100]) {
        const lower = new Uint8Array((above + height) * width).fill(255);
        lower.set(labels, above * width);
        const moved = await trace({ labels: lower, width, height: above + height }, options);
        expect(
          moved.map(({ rings }) => rings.map((ring) => ring.map((value, i) => value - above * (i % 2)))),
        ).toEqual(polygons.map(({ rings }) => rings));
      }
    },
  );

  test.each([0.1, 0.37, 2 / 3, 1, 1.7])(
    "stairs become a line at 1 px, whatever their slope: %f",
    async (slope) => {
      const raster = drawn(60, 60, (col, row) => (row < 20 + slope * (col - 20) ? 1 : 2));
      expect(corners(await traceCoverage(raster, { simplify: 1 }))).toBeLessThan(14);
    },
  );

  test("corners of a rectangle stay where they are", async () => {
    const raster = drawn(30, 20, (col, row) => (col > 5 && col < 20 && row > 4 && row < 15 ? 1 : 2));
    expect(await traceCoverage(raster, { simplify: 2 })).toEqual(await trace(raster));
  });

  test("rings never collapse: a single pixel stays a square at any tolerance", async () => {
    const raster = grid("111", "121", "111");
    expect(await traceCoverage(raster, { simplify: 50 })).toEqual(await trace(raster));
  });

  test("arcs never cross: a line keeps the corners that another line runs close to", async () => {
    // A river of one pixel along a slanted coast: both borders would cut the same corners.
    const raster = drawn(60, 60, (col, row) => {
      const coast = Math.round(col * 0.6 + 6 * Math.sin(col / 4)) + 12;
      return row < coast ? 1 : row === coast ? 2 : 3;
    });
    const polygons = await traceCoverage(raster, { simplify: 10 });
    expect(polygons.length).toBe((await trace(raster)).length);
  });

  test("borders to nodata stay exact, so the outline of the data does not move", async () => {
    const raster = drawn(40, 40, (col, row) => (col < row / 3 ? 255 : 1));
    expect(await traceCoverage(raster, { simplify: 5, smooth: true })).toEqual(
      (await trace(raster)).map((polygon) => ({
        ...polygon,
        rings: polygon.rings.map((ring) => Float64Array.from(ring)),
      })),
    );
  });

  test("no border departs from the pixels by more than twice the tolerance and a pixel", async () => {
    const raster = blotches(60, 50, 9);
    const [exact, simple] = [await trace(raster), await trace(raster, { simplify: 1 })];
    for (const [i, { rings }] of exact.entries()) {
      const segments = simple[i]!.rings.flatMap((ring) => segmentsOf(closedRing(ring)));
      for (const ring of rings)
        for (let k = 0; k < ring.length; k += 2)
          expect(Math.min(...segments.map((one) => distanceTo(one, ring[k]!, ring[k + 1]!)))).toBeLessThan(3);
    }
  });
});

describe("smooth borders", () => {
  test("a corner becomes a curve that keeps to its edges' middles", async () => {
    const raster = drawn(12, 12, (col, row) => (col >= 4 && col < 8 && row >= 4 && row < 8 ? 1 : 2));
    const island = (await traceCoverage(raster, { smooth: true })).find(({ classId }) => classId === 1)!;
    expect(island.rings[0]!.length / 2).toBe(16);
    // Each corner loses a third of its triangle of two half edges.
    expect(netArea(island.rings)).toBeCloseTo(16 - 4 * (2 / 3), 0);
  });

  test("a corner stays sharp where an island lies in it", async () => {
    const raster = drawn(20, 20, (col, row) => (col === 10 && row === 10 ? 3 : col < 12 && row < 12 ? 1 : 2));
    const polygons = await traceCoverage(raster, { smooth: true });
    const points = [...polygons.find(({ classId }) => classId === 2)!.rings[0]!.entries()];
    expect(points.some(([k, x]) => k % 2 === 0 && x === 12 && points[k + 1]![1] === 12)).toBe(true);
  });
});

function segmentsOf(ring: readonly number[]): (readonly [number, number, number, number])[] {
  return Array.from({ length: ring.length / 2 - 1 }, (_, k) => [
    ...([ring[2 * k]!, ring[2 * k + 1]!, ring[2 * k + 2]!, ring[2 * k + 3]!] as const),
  ]);
}

function distanceTo(
  [x0, y0, x1, y1]: readonly [number, number, number, number],
  x: number,
  y: number,
): number {
  const [dx, dy] = [x1 - x0, y1 - y0];
  const t = Math.max(0, Math.min(1, ((x - x0) * dx + (y - y0) * dy) / (dx * dx + dy * dy)));
  return Math.hypot(x - x0 - t * dx, y - y0 - t * dy);
}

/** Python with shapely, or null. LANDSTITCH_PYTHON names another than the system's. */
function shapelyPython(): string | null {
  for (const python of [process.env["LANDSTITCH_PYTHON"] ?? "python3", "/usr/bin/python3"]) {
    try {
      execFileSync(python, ["-c", "import shapely; shapely.coverage_is_valid"], { stdio: "ignore" });
      return python;
    } catch {
      // Not this one.
    }
  }
  return null;
}

const python = shapelyPython();

describe("GEOS", () => {
  test.skipIf(python === null)(
    `finds the coverage and every polygon valid at any setting, small ones merged or not${python === null ? " (skipped: no shapely)" : ""}`,
    async () => {
      const maps: number[][][][] = [];
      for (const seed of [11, 12])
        for (const options of SETTINGS) {
          const polygons = await trace(blotches(90, 70, seed, seed === 12 ? 0.5 : 0.03), options);
          maps.push(polygons.map(({ rings }) => rings.map(closedRing)));
        }
      const crs = { ...crsFromEpsg(32640)!, epsg: null, proj4: null };
      for (const options of SETTINGS) {
        const raster = blotches(90, 70, 13, 0.2);
        const scene = memoryScene({ ...raster, data: raster.labels, nodata: 255, crs });
        const left: number[][][] = [];
        for await (const { rings } of tracePolygons(scene, null, { ...options, minArea: 12 }))
          left.push(rings.map(closedRing));
        maps.push(left);
      }
      const script = fileURLToPath(new URL("support/coverage-check.py", import.meta.url));
      const found = execFileSync(python!, [script], {
        input: JSON.stringify({ maps }),
        encoding: "utf8",
        maxBuffer: 1 << 28,
      });
      expect(JSON.parse(found)).toEqual(maps.map(() => ({ coverage: true, invalid: [] })));
    },
  );
});
