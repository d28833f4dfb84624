import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { CancelledError, UserError } from "../../src/errors.ts";
import type { Scene } from "../../src/scene/scene.ts";
import { type LandCoverPolygon, tracePolygons } from "../../src/vector/polygons.ts";
import { memoryScene } from "../support/memory-scene.ts";
import {
  anyLabels,
  closedRing,
  floodFill,
  grid,
  netArea,
  rasterise,
  ringFaults,
  unpairedEdges,
} from "./support/lattice.ts";

/** A label scene whose blocks, and so the strips it is read in, are `blockHeight` rows high. */
function labelScene(data: Uint8Array, width: number, height: number, blockHeight = height): Scene {
  const scene = memoryScene({ data, width, height, nodata: 255 });
  return { ...scene, storage: { ...scene.storage, blockHeight } };
}

async function collect(polygons: AsyncIterable<LandCoverPolygon>): Promise<LandCoverPolygon[]> {
  const all: LandCoverPolygon[] = [];
  for await (const polygon of polygons) all.push(polygon);
  return all;
}

function scene(...rows: readonly string[]): Scene {
  const { labels, width, height } = grid(...rows);
  return labelScene(labels, width, height, 1);
}

describe("polygons of a land-cover map", () => {
  test("a region is named by its first pixel, wherever it ends", async () => {
    const polygons = await collect(tracePolygons(scene("1.2", "1.2", "112"), null));
    expect(
      polygons.map(({ id, classId, pixels, firstPixel }) => [id, classId, pixels, ...firstPixel]),
    ).toEqual([
      [0, 1, 4, 0, 0],
      [2, 2, 3, 2, 0],
    ]);
  });

  test("a region is handed over as soon as its last row has been read", async () => {
    const read: number[] = [];
    const source = scene("1.", "..", "2.", "2.");
    const watched: Scene = {
      ...source,
      read: (window, options) => {
        read.push(window.row);
        return source.read(window, options);
      },
    };
    for await (const { classId } of tracePolygons(watched, null)) {
      if (classId === 1) expect(read).toEqual([0, 1]);
    }
    expect(read).toEqual([0, 1, 2, 3]);
  });

  test("mean confidence leaves out pixels where it is unknown, and is null where none is known", async () => {
    const confidence = labelScene(Uint8Array.of(50, 255, 100, 255), 4, 1);
    const polygons = await collect(tracePolygons(scene("1112"), confidence));
    expect(polygons.map(({ meanConfidence }) => meanConfidence)).toEqual([75, null]);
  });

  test("without a confidence raster every mean is null", async () => {
    const [polygon] = await collect(tracePolygons(scene("1"), null));
    expect(polygon!.meanConfidence).toBeNull();
  });

  test("masked pixels are in no polygon, whatever they hold", async () => {
    const masked = memoryScene({
      data: Uint8Array.of(1, 1, 1),
      width: 3,
      height: 1,
      mask: Uint8Array.of(1, 0, 1),
    });
    expect((await collect(tracePolygons(masked, null))).map(({ id }) => id)).toEqual([0, 2]);
  });

  test("a border keeps its points where a third region begins, so that neighbours share all of them", async () => {
    const polygons = await collect(tracePolygons(scene("12", "33"), null));
    const wide = polygons.find(({ classId }) => classId === 3)!;
    expect(wide.rings[0]).toHaveLength(10);
  });

  test("a confidence raster on another grid is refused", async () => {
    const other = memoryScene({ data: new Uint8Array(2), width: 2, height: 1 });
    await expect(collect(tracePolygons(scene("1"), other))).rejects.toMatchObject({ code: "grid-mismatch" });
  });

  test("a raster that holds no class ids is refused", async () => {
    const other = memoryScene({ data: new Float32Array(1), width: 1, height: 1 });
    const failure = collect(tracePolygons(other, null));
    await expect(failure).rejects.toThrow(UserError);
    await expect(failure).rejects.toThrow("float32");
  });

  test("an aborted signal stops it", async () => {
    const polygons = tracePolygons(scene("1"), null, { signal: AbortSignal.abort() });
    await expect(collect(polygons)).rejects.toThrow(CancelledError);
  });

  test("property: polygons are whole, and the same whatever strips the scene is read in", async () => {
    await fc.assert(
      fc.asyncProperty(
        anyLabels,
        fc.integer({ min: 1, max: 9 }),
        async ({ labels, width, height }, blockHeight) => {
          const whole = await collect(tracePolygons(labelScene(labels, width, height), null));
          const inStrips = await collect(tracePolygons(labelScene(labels, width, height, blockHeight), null));
          expect(inStrips).toEqual(whole);
          const truth = floodFill(labels, width, height, 255).map((pixels) => [pixels[0], pixels.length]);
          const traced = whole.map(({ id, pixels }) => [id, pixels]).sort((a, b) => a[0]! - b[0]!);
          expect(traced).toEqual(truth);
        },
      ),
      { numRuns: 200 },
    );
  });

  test("property: painted back they are the raster, and every border is shared point by point", async () => {
    await fc.assert(
      fc.asyncProperty(anyLabels, async ({ labels, width, height }) => {
        const polygons = await collect(tracePolygons(labelScene(labels, width, height), null));
        const regions = polygons.map(({ classId, rings }) => ({ value: classId, rings }));
        expect(rasterise(regions, width, height, 255)).toEqual([...labels]);
        expect(polygons.flatMap(({ rings }) => ringFaults(rings))).toEqual([]);
        expect(polygons.map(({ rings }) => netArea(rings))).toEqual(polygons.map(({ pixels }) => pixels));
        const rings = polygons.flatMap((polygon) => polygon.rings.map(closedRing));
        const unpaired = unpairedEdges(rings);
        expect(unpaired.filter((edge) => !isDataEdge(edge, labels, width, height))).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });
});

/** True when one side of an axis-parallel edge has no data along its whole length. */
function isDataEdge(edge: string, labels: Uint8Array, width: number, height: number): boolean {
  const [x0, y0, x1, y1] = edge.split(/[ ,]/).map(Number) as [number, number, number, number];
  const label = (col: number, row: number): number =>
    col < 0 || row < 0 || col >= width || row >= height ? 255 : labels[row * width + col]!;
  const steps = Math.abs(x1 - x0) + Math.abs(y1 - y0);
  const [dx, dy] = [Math.sign(x1 - x0), Math.sign(y1 - y0)];
  return Array.from({ length: steps }, (_, k) => {
    const [x, y] = [x0 + dx * (k + 0.5), y0 + dy * (k + 0.5)];
    return (
      label(Math.floor(x + dy / 2), Math.floor(y - dx / 2)) === 255 ||
      label(Math.floor(x - dy / 2), Math.floor(y + dx / 2)) === 255
    );
  }).every(Boolean);
}
