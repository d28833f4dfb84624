import { expect, test } from "vitest";
import { fuzz } from "./fuzz.ts";

const CASES = 2000;

test(`${CASES} damaged GeoTIFFs, models and archives: refused by name or read rightly, without a hang, a crash or 512 MB`, async () => {
  const { failures, outcomes } = await fuzz({ cases: CASES, seed: 1, processes: 2 });
  expect(failures).toEqual([]);
  expect([...outcomes.values()].reduce((sum, count) => sum + count, 0)).toBe(CASES);
  for (const outcome of [
    "read",
    "damaged-header",
    "damaged-block",
    "bad-card",
    "damaged-model",
    "bad-archive",
  ])
    expect(outcomes.get(outcome), outcome).toBeGreaterThan(0);
}, 300_000);
