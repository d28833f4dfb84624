import { expect, test } from "vitest";
import { hilbertIndex } from "../../src/vector/hilbert.ts";

test("the Hilbert curve steps from each cell to one beside it, and visits each once", () => {
  // The first 4^5 cells fill a square of 32 x 32.
  const cells: (readonly [number, number])[] = [];
  for (let y = 0; y < 32; y++) {
    for (let x = 0; x < 32; x++) cells[hilbertIndex(x, y)] = [x, y];
  }
  expect(cells).toHaveLength(1024);
  for (let i = 1; i < cells.length; i++) {
    const [x0, y0] = cells[i - 1]!;
    const [x1, y1] = cells[i]!;
    expect(Math.abs(x1 - x0) + Math.abs(y1 - y0)).toBe(1);
  }
});
