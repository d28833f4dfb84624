import fc from "fast-check";
import { expect, test } from "vitest";
import { TilePacker, withMargin } from "../../src/tiles/packed-tile.ts";
import { NO_REGION } from "../../src/tiles/region-index.ts";
import { emptyLabels, type TileLabels } from "../../src/tiles/tile-labels.ts";
import { labelsWithMargin } from "./support/with-margin.ts";

const SIDE = 8;
const MARGIN = 3;
const room = emptyLabels(SIDE + 2 * MARGIN, true);

/** Region k is of class k modulo 3; number 4 stands for no data. */
const anyTile: fc.Arbitrary<TileLabels> = fc
  .array(fc.nat(4), { minLength: SIDE * SIDE, maxLength: SIDE * SIDE })
  .map((numbers) => ({
    side: SIDE,
    labels: Uint8Array.from(numbers, (number) => (number === 4 ? 255 : number % 3)),
    regions: Uint32Array.from(numbers, (number) => (number === 4 ? NO_REGION : number)),
  }));

test("property: a packed tile and its neighbours, some missing, give the pixels back with a margin around", () => {
  const packer = new TilePacker(SIDE);
  const nine = fc.tuple(anyTile, fc.array(fc.option(anyTile), { minLength: 9, maxLength: 9 }));
  fc.assert(
    fc.property(nine, fc.boolean(), ([own, around], hasRegions) => {
      const tileAt = (dx: number, dy: number) => (dx === 0 && dy === 0 ? own : around[3 * dy + dx + 4]!);
      const packed = new Map(
        [-1, 0, 1].flatMap((dy) =>
          [-1, 0, 1].map((dx) => {
            const tile = tileAt(dx, dy);
            const wanted = tile && (hasRegions ? tile : { ...tile, regions: null });
            return [`${dx},${dy}`, wanted && packer.pack(wanted)] as const;
          }),
        ),
      );
      const square = withMargin(packed.get("0,0")!, MARGIN, (dx, dy) => packed.get(`${dx},${dy}`)!, room);
      expect(square.labels).toEqual(
        labelsWithMargin(SIDE, MARGIN, (dx, dy) => tileAt(dx, dy)?.labels ?? null),
      );
      expect(square.regions === null).toBe(!hasRegions);
      square.regions?.forEach((region, i) => {
        expect(region === NO_REGION ? 255 : region % 3).toBe(square.labels[i]);
      });
      if (square.regions === null) return;
      const inside = Array.from(own.regions!, (_, i) => {
        const row = Math.floor(i / SIDE);
        return square.regions![(row + MARGIN) * (SIDE + 2 * MARGIN) + MARGIN + (i % SIDE)];
      });
      expect(inside).toEqual([...own.regions!]);
    }),
  );
});
