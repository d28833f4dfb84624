import fc from "fast-check";
import { expect, test } from "vitest";
import { confusionOf, emptyPairs, ID_COUNT, valueCounts } from "../../src/evaluate/confusion.ts";

const id = fc.nat(254);
const pairs = fc.array(fc.tuple(id, id), { maxLength: 60 });

function counted(all: readonly (readonly [number, number])[]) {
  const counts = emptyPairs();
  for (const [reference, prediction] of all) counts[reference * ID_COUNT + prediction]!++;
  return counts;
}

test("rows of the confusion matrix are the reference, columns the prediction, both ascending by id", () => {
  const { ids, counts } = confusionOf(
    counted([
      [7, 3],
      [7, 3],
      [3, 3],
      [9, 9],
    ]),
    [7, 3],
  );
  expect(ids).toEqual([3, 7]);
  expect([...counts]).toEqual([1, 0, 2, 0]);
});

test("property: the matrix of all ids that occur counts every pair once", () => {
  fc.assert(
    fc.property(pairs, (all) => {
      const ids = [...new Set(all.flat())];
      const { counts } = confusionOf(counted(all), ids);
      expect(counts.reduce((sum, count) => sum + count, 0)).toBe(all.length);
    }),
  );
});

test("property: the values of each side are the sums of rows and columns", () => {
  fc.assert(
    fc.property(pairs, id, (all, value) => {
      const { reference, prediction } = valueCounts(counted(all));
      expect(reference[value]).toBe(all.filter(([row]) => row === value).length);
      expect(prediction[value]).toBe(all.filter(([, column]) => column === value).length);
    }),
  );
});
