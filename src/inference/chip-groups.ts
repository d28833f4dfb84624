import type { Chip } from "../tiler/tiler.ts";

/**
 * Chips in groups of `size()` with data, in their order; chips without data, which need no inference, go with the group under way,
 * of at most four times as many chips. The size is asked for after each chip, for it may change on the way.
 */
export async function* chipGroups(
  chips: AsyncIterable<Chip>,
  size: () => number,
): AsyncGenerator<readonly Chip[]> {
  let group: Chip[] = [];
  let withData = 0;
  for await (const chip of chips) {
    group.push(chip);
    if (chip.data !== null) withData++;
    if (withData < size() && group.length < 4 * size()) continue;
    yield group;
    group = [];
    withData = 0;
  }
  if (group.length > 0) yield group;
}
