import fc from "fast-check";
import { expect, test } from "vitest";
import { emptyRuns, FAR, findRuns, VOID } from "../../src/vector/runs.ts";

const NODATA = 3;

/** Start and value of each run of a row, pixel by pixel. */
function bruteRuns(labels: readonly number[]): (readonly [start: number, value: number])[] {
  const runs: (readonly [number, number])[] = [[-1, VOID]];
  for (const [col, label] of [...labels, NODATA].entries()) {
    const value = label === NODATA ? VOID : label;
    if (value !== runs.at(-1)![1]) runs.push([col, value]);
  }
  return runs;
}

test("property: a row of any width has the runs that a look at each pixel finds, whatever row was there before", () => {
  const widest = 70;
  const row = fc.oneof(
    fc.array(fc.constantFrom(0, 3, 255), { maxLength: widest }),
    fc
      .array(fc.tuple(fc.constantFrom(0, 1, 3, 255), fc.integer({ min: 1, max: 40 })))
      .map((parts) => parts.flatMap(([value, length]) => Array(length).fill(value)).slice(0, widest)),
  );
  const runs = emptyRuns(widest);
  fc.assert(
    fc.property(row, fc.boolean(), (labels, asWords) => {
      findRuns(asWords ? Uint32Array.from(labels) : Uint8Array.from(labels), NODATA, runs);
      const expected = bruteRuns(labels);
      expect(runs.count).toBe(expected.length);
      const found = Array.from({ length: runs.count }, (_, i) => [runs.start[i], runs.value[i]]);
      expect(found).toEqual(expected);
      expect(runs.start[runs.count]).toBe(FAR);
    }),
    { numRuns: 2000 },
  );
});
