import fc from "fast-check";
import { expect, test } from "vitest";
import { halveRows } from "../../src/kernels/halve.ts";

/** The rule of an overview, cell by cell. */
function bruteCell(cell: readonly number[], method: "mode" | "average", holes: boolean): number {
  const valid = cell.filter((value) => !holes || value !== 255).sort((a, b) => a - b);
  if (valid.length < 2) return 255;
  if (method === "average") return Math.floor(valid.reduce((sum, value) => sum + value) / valid.length + 0.5);
  const votes = (value: number): number => valid.filter((other) => other === value).length;
  return valid.reduce((best, value) => (votes(value) > votes(best) ? value : best));
}

test("property: each four bytes become their mode or mean, whatever the width and where 255 is no data", () => {
  const row = (values: fc.Arbitrary<number>) => fc.array(values, { minLength: 141, maxLength: 141 });
  const values = fc.oneof(fc.constantFrom(0, 1, 2, 254, 255), fc.nat({ max: 255 }));
  fc.assert(
    fc.property(
      row(values),
      row(values),
      fc.integer({ min: 1, max: 141 }),
      fc.constantFrom("mode" as const, "average" as const),
      fc.boolean(),
      (top, bottom, width, method, holes) => {
        const half = new Uint8Array(Math.ceil(width / 2));
        halveRows(Uint8Array.from(top.slice(0, width)), Uint8Array.from(bottom.slice(0, width)), half, {
          method,
          holes,
        });
        const expected = Array.from(half, (_, i) => {
          const [left, right] = [2 * i, Math.min(2 * i + 1, width - 1)];
          return bruteCell([top[left]!, top[right]!, bottom[left]!, bottom[right]!], method, holes);
        });
        expect([...half]).toEqual(expected);
      },
    ),
    { numRuns: 1000 },
  );
});
