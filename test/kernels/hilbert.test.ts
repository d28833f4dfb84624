import fc from "fast-check";
import { expect, test } from "vitest";
import { createKernels } from "../../src/kernels/kernels.ts";

const MOST = 50_000;
const { run, at, bytes } = createKernels({ boxes: 32 * MOST, keys: 8 * MOST, order: 4 * MOST });

test("the Hilbert curve steps from each cell to one beside it, and visits each once", () => {
  // The first 4^5 cells fill a square of 32 x 32.
  const cells: (readonly [number, number])[] = [];
  for (let y = 0; y < 32; y++) {
    for (let x = 0; x < 32; x++) cells[run.hilbertIndex(x, y)] = [x, y];
  }
  expect(cells).toHaveLength(1024);
  for (let i = 1; i < cells.length; i++) {
    const [x0, y0] = cells[i - 1]!;
    const [x1, y1] = cells[i]!;
    expect(Math.abs(x1 - x0) + Math.abs(y1 - y0)).toBe(1);
  }
});

test("property: sorted keys say the boxes in the order of their centres along the curve", () => {
  const box = fc.tuple(fc.nat(60_000), fc.nat(60_000), fc.nat(5000), fc.nat(5000));
  fc.assert(
    fc.property(fc.array(box, { minLength: 1, maxLength: 50 }), (boxes) => {
      const corners = boxes.flatMap(([west, south, width, height]) => [
        west,
        south,
        west + width,
        south + height,
      ]);
      new Float64Array(bytes.boxes.buffer, at.boxes).set(corners);
      run.hilbertKeys(at.boxes, boxes.length, 0, 0, 1, at.keys);
      new Float64Array(bytes.keys.buffer, at.keys, boxes.length).sort();
      run.boxesOfKeys(at.keys, boxes.length, at.order);
      const place = ([west, south, width, height]: (typeof boxes)[number]): number =>
        run.hilbertIndex(west + width / 2, south + height / 2) >>> 0;
      const expected = boxes.map((_, i) => i).sort((a, b) => place(boxes[a]!) - place(boxes[b]!) || a - b);
      expect([...new Uint32Array(bytes.order.buffer, at.order, boxes.length)]).toEqual(expected);
    }),
  );
});

test("boxes in one place keep their order, all of a row group", () => {
  bytes.boxes.fill(0);
  run.hilbertKeys(at.boxes, MOST, 0, 0, 1, at.keys);
  run.boxesOfKeys(at.keys, MOST, at.order);
  const order = new Uint32Array(bytes.order.buffer, at.order, MOST);
  expect(order.every((box, i) => box === i)).toBe(true);
});
