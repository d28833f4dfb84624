import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import { CpuThreads } from "../../src/cpu-threads.ts";
import { type ColumnsTask, resolveColumns } from "../../src/stitcher/resolve-columns.ts";
import { type ScoredChip, stitch } from "../../src/stitcher/stitcher.ts";
import { planChips, plannedChips } from "../../src/tiler/chip-plan.ts";
import { seededRandom } from "../support/random.ts";

const WORKER = fileURLToPath(new URL("../../dist/stitcher/resolve-columns.js", import.meta.url));
const threads = new CpuThreads(WORKER, 2);
afterAll(() => threads.close());

const CLASS_IDS = Uint8Array.of(4, 9, 1);

const cases = fc.record({
  cellCols: fc.integer({ min: 1, max: 40 }),
  cellRows: fc.integer({ min: 1, max: 9 }),
  spare: fc.integer({ min: 0, max: 3 }),
  firstRow: fc.integer({ min: 0, max: 20 }),
  stride: fc.constantFrom(2, 3, 4, 8),
  missing: fc.integer({ min: 0, max: 7 }),
  seed: fc.integer(),
});

function taskOf({
  cellCols,
  cellRows,
  spare,
  firstRow,
  stride,
  missing,
  seed,
}: typeof cases extends fc.Arbitrary<infer T> ? T : never): ColumnsTask {
  const random = seededRandom(seed);
  const room = cellRows + spare;
  const width = Math.max(1, cellCols * stride - missing);
  const from = firstRow * stride + (stride >> 1);
  const rows = { from, to: from + (cellRows - 1) * stride };
  const pixels = width * (rows.to - rows.from);
  return {
    ...{ cells: Float32Array.from({ length: CLASS_IDS.length * room * cellCols }, random), room, cellCols },
    ...{ firstRow, cellRows, stride, width, rows, columns: { from: 0, to: Math.ceil(width / stride) } },
    ...{ classIds: CLASS_IDS, labels: new Uint8Array(pixels), confidence: new Uint8Array(pixels) },
  };
}

test("property: columns have the same pixels wherever they are cut, and nothing else is written", () => {
  fc.assert(
    fc.property(cases, fc.array(fc.nat(40), { maxLength: 4 }), (size, cuts) => {
      const whole = taskOf(size);
      resolveColumns(whole);
      const parts = taskOf(size);
      const last = parts.columns.to;
      const edges = [...new Set([0, ...cuts.filter((cut) => cut < last), last])].sort((a, b) => a - b);
      for (const [i, to] of edges.slice(1).entries()) {
        const columns = { from: edges[i]!, to };
        const [labels, confidence] = [parts.labels.slice(), parts.confidence.slice()];
        resolveColumns({ ...parts, columns });
        const isOutside = (place: number): boolean => {
          const col = place % parts.width;
          return col < columns.from * parts.stride || col >= columns.to * parts.stride;
        };
        expect(parts.labels.filter((_, place) => isOutside(place))).toEqual(
          labels.filter((_, place) => isOutside(place)),
        );
        expect(parts.confidence.filter((_, place) => isOutside(place))).toEqual(
          confidence.filter((_, place) => isOutside(place)),
        );
      }
      expect(parts.labels).toEqual(whole.labels);
      expect(parts.confidence).toEqual(whole.confidence);
    }),
  );
});

async function* noisyChips(width: number, height: number, stride: number): AsyncGenerator<ScoredChip> {
  const random = seededRandom(width);
  const plan = planChips({ width, height }, { chip: 8 * stride, overlap: 2 * stride });
  for (const chip of plannedChips(plan))
    yield { ...chip, scores: Float32Array.from({ length: CLASS_IDS.length * 64 }, random), ownedMask: null };
}

async function stitched(width: number, height: number, stride: number, on: CpuThreads | null) {
  const plan = planChips({ width, height }, { chip: 8 * stride, overlap: 2 * stride });
  const options = { plan, classIds: [...CLASS_IDS], stride, margin: 0, blend: "hann", threads: on } as const;
  const strips = [];
  for await (const { row, labels, confidence } of stitch(noisyChips(width, height, stride), options))
    strips.push({ row, labels: labels.slice(), confidence: confidence.slice() });
  return strips;
}

test.each([
  [70, 50, 2],
  [2500, 90, 4],
  [1100, 61, 3],
])("threads give the same map as one: %i x %i px, %i px a cell", async (width, height, stride) => {
  const together = await stitched(width, height, stride, threads);
  expect(together).toEqual(await stitched(width, height, stride, null));
  expect(together.length).toBeGreaterThan(1);
});
