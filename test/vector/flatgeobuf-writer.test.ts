import { mkdirSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { writeFlatGeobuf } from "../../src/vector/flatgeobuf-writer.ts";
import { BoxList, packedRtree } from "../../src/vector/packed-rtree.ts";
import { seededRandom } from "../support/random.ts";
import { scratchFolder } from "../support/scratch.ts";
import { failingPolygons, hasOgr, labelWriter, ogr, ogrSkipped, UTM } from "./support/ring.ts";

const scratch = scratchFolder();
const write = labelWriter(writeFlatGeobuf);

/** Boxes that a search of an R-tree finds, as a reader of FlatGeobuf does it: indices of features by their offsets. */
function search(tree: Uint8Array, count: number, [x0, y0, x1, y1]: readonly number[]): number[] {
  const view = new DataView(tree.buffer);
  const leaves = tree.length / 40 - count;
  const found: number[] = [];
  const visit = (node: number): void => {
    const [minX, minY, maxX, maxY] = [0, 8, 16, 24].map((at) => view.getFloat64(node * 40 + at, true));
    if (minX! > x1! || maxX! < x0! || minY! > y1! || maxY! < y0!) return;
    const target = Number(view.getBigUint64(node * 40 + 32, true));
    if (node >= leaves) {
      found.push(target / 100);
      return;
    }
    const level = levels(count).find(({ start, end }) => target >= start && target < end)!;
    for (let child = target; child < Math.min(target + 16, level.end); child++) visit(child);
  };
  visit(0);
  return found.sort((a, b) => a - b);
}

/** Where the levels of nodes begin and end, from the leaves up. */
function levels(count: number): { start: number; end: number }[] {
  const sizes = [count];
  while (sizes.length === 1 || sizes.at(-1)! > 1) sizes.push(Math.ceil(sizes.at(-1)! / 16));
  let end = sizes.reduce((sum, size) => sum + size, 0);
  return sizes.map((size) => {
    end -= size;
    return { start: end, end: end + size };
  });
}

describe("landcover.fgb", () => {
  test("begins with FlatGeobuf's magic bytes and is as long as it says", async () => {
    const path = join(scratch, "one.fgb");
    const result = await write(path, UTM, "EPSG:4326");
    expect(result).toMatchObject({ polygons: 2, bytes: statSync(path).size });
    expect(readFileSync(path).subarray(0, 8).toString("hex")).toBe("6667620366676200");
  });

  test.each([1, 15, 16, 17, 256, 257, 3000])(
    "its index finds what brute force finds: %i features",
    (count) => {
      const random = seededRandom(count);
      const boxes = new BoxList();
      const all = Array.from({ length: count }, (_, i) => {
        const [x, y] = [random() * 100, random() * 100];
        const box = [x, y, x + random() * 5, y + random() * 5] as const;
        boxes.add(box, i * 100);
        return box;
      });
      const tree = packedRtree(boxes);
      for (const [x0, y0, x1, y1] of [
        [0, 0, 110, 110],
        [20, 20, 30, 40],
        [50, 50, 50.1, 50.1],
        [200, 200, 300, 300],
      ] as const) {
        const expected = all.flatMap((box, i) =>
          box[0] > x1 || box[2] < x0 || box[1] > y1 || box[3] < y0 ? [] : [i],
        );
        expect(search(tree, count, [x0, y0, x1, y1])).toEqual(expected);
      }
    },
  );

  test("the same polygons give the same bytes", async () => {
    const [a, b] = [join(scratch, "a.fgb"), join(scratch, "b.fgb")];
    await write(a, UTM, "scene");
    await write(b, UTM, "scene");
    expect(readFileSync(a).equals(readFileSync(b))).toBe(true);
  });

  test("nothing stays behind when the polygons fail", async () => {
    const folder = join(scratch, "failing");
    mkdirSync(folder);
    const path = join(folder, "landcover.fgb");
    const writing = writeFlatGeobuf(path, failingPolygons(), { grid: UTM, classes: [], crs: "scene" });
    await expect(writing).rejects.toThrow("the source broke");
    expect(readdirSync(folder)).toEqual([]);
  });

  test.skipIf(!hasOgr)(
    `GDAL reads its polygons, holes, properties, CRS and extent${ogrSkipped}`,
    async () => {
      for (const [crs, name] of [
        ["scene", "UTM zone 40N"],
        ["EPSG:4326", "WGS 84"],
      ] as const) {
        const path = join(scratch, `gdal-${name}.fgb`);
        await write(path, UTM, crs);
        const said = ogr("-al", "-oo", "VERIFY_BUFFERS=YES", path)!;
        expect(said).toContain("Feature Count: 2");
        expect(said).toContain(name);
        expect(said).toMatch(/class \(String\) = bare land/);
        expect(said).toMatch(/id \(Integer64\) = 4/);
        expect(said).toMatch(/area_m2 \(Real\) = 800\.64/);
        expect(said).not.toMatch(/mean_confidence \(Real\) =/);
        if (crs === "scene") {
          expect(said).toContain(
            "POLYGON ((500000 2799970,500030 2799970,500030 2800000,500000 2800000,500000 2799970),(500010 2799980,500010 2799990,500020 2799990,500020 2799980,500010 2799980))",
          );
          expect(said).toContain("Extent: (500000.000000, 2799970.000000) - (500030.000000, 2800000.000000)");
        }
      }
    },
  );

  test.skipIf(!hasOgr)(
    `GDAL finds by its index what lies in a box, among thousands${ogrSkipped}`,
    async () => {
      const random = seededRandom(5);
      const grid = { ...UTM, width: 120, height: 90 };
      const labels = Uint8Array.from({ length: 120 * 90 }, () => Math.floor(random() * 4));
      const path = join(scratch, "many.fgb");
      const { polygons } = await write(path, grid, "scene", labels);
      expect(polygons).toBeGreaterThan(3000);
      const box = ["500205", "2799495", "500305", "2799595"];
      const count = (text: string): number => Number(/Feature Count: (\d+)/.exec(text)![1]);
      expect(count(ogr("-so", "-al", path)!)).toBe(polygons);
      const indexed = ogr("-al", "-q", "-spat", ...box, "-geom=NO", path)!;
      const [x0, y0, x1, y1] = box;
      const every = ogr(
        ...["-q", "-dialect", "SQLite", "-sql"],
        `SELECT id FROM landcover WHERE ST_Intersects(geometry, BuildMbr(${x0}, ${y0}, ${x1}, ${y1}))`,
        path,
      )!;
      const ids = (text: string): string[] =>
        [...text.matchAll(/id \(Integer64\) = (\d+)/g)].map(([, id]) => id!).sort();
      expect(ids(indexed).length).toBeGreaterThan(20);
      expect(ids(indexed)).toEqual(ids(every));
    },
  );

  test.skipIf(!hasOgr)(`an empty map is a valid file without features${ogrSkipped}`, async () => {
    const path = join(scratch, "empty.fgb");
    expect((await write(path, UTM, "scene", new Uint8Array(9).fill(255))).polygons).toBe(0);
    expect(ogr("-so", "-al", path)).toContain("Feature Count: 0");
  });
});
