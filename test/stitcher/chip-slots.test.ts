import fc from "fast-check";
import { expect, test } from "vitest";
import { ChipSlots, planSlots, slotBytes } from "../../src/stitcher/chip-slots.ts";

const facts = fc.record({
  count: fc.integer({ min: 1, max: 300 }),
  classes: fc.integer({ min: 1, max: 150 }),
  cells: fc.constantFrom(16 ** 2, 64 ** 2, 128 ** 2, 512 ** 2, 1024 ** 2),
  stride: fc.constantFrom(1, 4, 8),
  threads: fc.integer({ min: 0, max: 8 }),
});

test("property: every thread has a group and its neighbours while another group is gathered, or the whole row has room", () => {
  fc.assert(
    fc.property(facts, (known) => {
      const { group, slots } = planSlots(known);
      const neighbours = known.stride === 1 ? 1 : 3;
      expect(group).toBeGreaterThanOrEqual(1);
      expect(slots).toBe(Math.min(known.count, (known.threads + 1) * group + neighbours));
      expect(group).toBeLessThanOrEqual(Math.ceil(known.count / Math.max(1, known.threads)));
    }),
  );
});

test("property: slots take a few chips' scores a thread, however wide the scene is", () => {
  fc.assert(
    fc.property(facts, (known) => {
      const scores = 4 * known.classes * known.cells;
      const { slots } = planSlots(known);
      const most = (known.threads + 1) * Math.max(2 ** 21, scores) + 3 * scores;
      expect(slots * scores).toBeLessThanOrEqual(most);
      expect(slots).toBeLessThanOrEqual(planSlots({ ...known, count: known.count + 1 }).slots);
    }),
  );
});

test("property: a slot holds the last answer that was put there, and nothing of another one", () => {
  const puts = fc.array(fc.record({ chip: fc.nat(9), empty: fc.boolean(), known: fc.boolean() }), {
    maxLength: 12,
  });
  fc.assert(
    fc.property(puts, fc.constantFrom(1, 4), fc.constantFrom(0, 2), (all, stride, threads) => {
      const [cells, classes] = [9, 3];
      const slots = new ChipSlots(4, { count: 10, classes, cells, stride, threads });
      const expected = Array.from({ length: 4 }, () => new Float32Array(classes * cells));
      const known = [0, 0, 0, 0];
      for (const [i, put] of all.entries()) {
        const scores = put.empty ? null : new Float32Array(classes * cells).fill(i + 1);
        const winners = put.known
          ? { labels: new Uint8Array(cells).fill(i), confidence: new Uint8Array(cells).fill(100 - i) }
          : null;
        slots.put(put.chip, scores, winners);
        expected[put.chip % 4] = scores ?? new Float32Array(classes * cells);
        known[put.chip % 4] = put.known ? 1 : 0;
        if (slots.own === null || winners === null) continue;
        const at = (put.chip % 4) * cells;
        expect(slots.own.labels.slice(at, at + cells)).toEqual(winners.labels);
        expect(slots.own.confidence.slice(at, at + cells)).toEqual(winners.confidence);
      }
      expect([...slots.scores]).toEqual(expected.flatMap((scores) => [...scores]));
      expect(slots.own === null).toBe(stride > 1);
      if (slots.own !== null) expect([...slots.own.known]).toEqual(known);
      const bytes = slots.scores.byteLength + (slots.own === null ? 0 : 2 * slots.own.labels.byteLength);
      expect(bytes).toBe(4 * slotBytes({ classes, cells, stride }));
    }),
  );
});
