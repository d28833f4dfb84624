import { describe, expect, test } from "vitest";
import { comparedClasses } from "../../src/evaluate/classes.ts";
import { emptyPairs, ID_COUNT } from "../../src/evaluate/confusion.ts";
import type { Scene } from "../../src/scene/scene.ts";

type Palette = NonNullable<Scene["palette"]>;
const entry = (value: number, name: string | null): Palette[number] => ({ value, name, color: "#000000" });
const raster = (path: string, palette: Palette | null = null) => ({ path, palette });
const NAMED = [entry(1, "land"), entry(0, "water")];

function pairsOf(...all: readonly (readonly [number, number])[]) {
  const pairs = emptyPairs();
  for (const [reference, prediction] of all) pairs[reference * ID_COUNT + prediction]!++;
  return pairs;
}

describe("the classes compared", () => {
  test("are those given, whatever the palettes say", () => {
    const given = [{ id: 0, name: "sea", color: "#0000ff" }];
    expect(comparedClasses(raster("p", NAMED), raster("r"), given, pairsOf([0, 0]))).toEqual([
      { id: 0, name: "sea" },
    ]);
  });

  test("are the prediction's palette, by id, before the reference's", () => {
    const water = { id: 0, name: "water" };
    const land = { id: 1, name: "land" };
    expect(comparedClasses(raster("p", NAMED), raster("r", [entry(0, "x")]), null, pairsOf([0, 1]))).toEqual([
      water,
      land,
    ]);
    expect(comparedClasses(raster("p"), raster("r", NAMED), null, pairsOf([0, 1]))).toEqual([water, land]);
  });

  test("are the values found where no palette names any", () => {
    const unnamed = [entry(0, null), entry(1, null), entry(2, null)];
    expect(comparedClasses(raster("p", unnamed), raster("r"), null, pairsOf([9, 4], [4, 4]))).toEqual([
      { id: 4, name: "class 4" },
      { id: 9, name: "class 9" },
    ]);
  });

  test("refuse a reference or a prediction with other values, naming both", () => {
    const compare = (pairs: ReturnType<typeof pairsOf>) => () =>
      comparedClasses(raster("p.tif", NAMED), raster("r.tif"), null, pairs);
    expect(compare(pairsOf([7, 0], [7, 1], [12, 0]))).toThrow(
      "r.tif holds the values 7, 12 (3 pixels), not among the classes 0 water, 1 land.",
    );
    expect(compare(pairsOf([0, 3]))).toThrow("p.tif holds the value 3 (1 pixel), not among the classes");
  });
});
