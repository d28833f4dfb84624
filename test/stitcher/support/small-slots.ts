import type * as chipSlots from "../../../src/stitcher/chip-slots.ts";

/** As if the answer to each chip were of 1 MiB: two chips to a group, so that a small scene takes its few slots again and again. */
export function smallSlots(slots: typeof chipSlots): typeof chipSlots {
  return { ...slots, planSlots: (facts) => slots.planSlots({ ...facts, classes: 1, cells: 2 ** 18 }) };
}
