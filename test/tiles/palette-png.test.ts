import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { type LandCoverClass, rgbOf } from "../../src/scene/class-scheme.ts";
import { paletteEncoder } from "../../src/tiles/palette-png.ts";
import { seededRandom } from "../support/random.ts";

const classes = (count: number): LandCoverClass[] =>
  Array.from({ length: count }, (_, i) => ({
    id: 2 * i + 1,
    name: `class ${i}`,
    color: `#${(0x102030 + i * 0x0a0b0c).toString(16)}`,
  }));

describe.each([
  { count: 1, depth: "4 bits" },
  { count: 15, depth: "4 bits" },
  { count: 16, depth: "8 bits" },
  { count: 20, depth: "8 bits" },
])("$count classes are stored in $depth", ({ count, depth }) => {
  test.each([256, 512] as const)(
    "%d px a side: libpng shows each class in its colour and nodata as transparent",
    async (size) => {
      const scheme = classes(count);
      const random = seededRandom(count);
      const labels = Uint8Array.from({ length: size * size }, () =>
        random() < 0.3 ? 255 : scheme[Math.floor(random() * count)]!.id,
      );
      const png = paletteEncoder(scheme, { size, path: "labels.tif" })(labels);
      expect(png[24]).toBe(depth === "4 bits" ? 4 : 8);
      const { data, info } = await sharp(png).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
      expect(info).toMatchObject({ width: size, height: size, channels: 4 });
      const colors = new Map(scheme.map(({ id, color }) => [id, [...rgbOf(color), 255]]));
      const expected = new Uint8Array(4 * labels.length);
      labels.forEach((label, i) => {
        expected.set(colors.get(label) ?? [0, 0, 0, 0], 4 * i);
      });
      expect(Buffer.compare(data, expected)).toBe(0);
    },
  );
});

test("a pixel value that no class has is an error which names it", () => {
  const labels = new Uint8Array(256 * 256).fill(1);
  labels[77] = 2;
  expect(() => paletteEncoder(classes(3), { size: 256, path: "labels.tif" })(labels)).toThrow(
    "labels.tif: pixel value 2 is none of the classes (1, 3, 5)",
  );
});
