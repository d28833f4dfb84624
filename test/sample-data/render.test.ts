import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { DEFAULT_SEED, renderScene, SCENE_NAMES } from "../../sample-data/render/scenes.ts";
import { sameGrid } from "../../src/geo/grid.ts";
import { openScene } from "../../src/scene/open-scene.ts";
import type { SampleArray } from "../../src/scene/raster-block.ts";
import { scratchFolder } from "../support/scratch.ts";
import { SAMPLES, strips } from "./support/samples.ts";

const scratch = scratchFolder();
const committed = readdirSync(SAMPLES).filter((name) => /\.tif(\.aux\.xml)?$/.test(name));

/** About 20 s on two free cores, most of it the town. */
beforeAll(async () => {
  for (const name of SCENE_NAMES) await renderScene(name, scratch, DEFAULT_SEED);
}, 300_000);

/**
 * How far decoded samples may be apart. JPEG pictures may differ where another build of libjpeg encoded or decoded them: what is
 * rendered is whole numbers, the same everywhere. All others are equal.
 */
const JPEG = { meanDifference: 0.5, shareOfLargeDifferences: 0.001, large: 12 };
const EXACT = { meanDifference: 0, shareOfLargeDifferences: 0, large: 0 };

describe("npm run render:samples makes the committed sample data again:", () => {
  test("the same files", () => {
    expect(readdirSync(scratch).sort()).toEqual([...committed].sort());
  });

  test.each(committed.filter((name) => name.endsWith(".tif")))(
    "%s, every level and its mask",
    async (name) => {
      const [made, kept] = [await openScene(join(scratch, name)), await openScene(join(SAMPLES, name))];
      expect(sameGrid(made.grid, kept.grid)).toBe(true);
      expect(made.overviews).toEqual(kept.overviews);
      expect(made.bands).toEqual(kept.bands);
      expect(made.palette).toEqual(kept.palette);
      expect(made.tags).toEqual(kept.tags);
      const tolerance = kept.storage.compression === "JPEG" ? JPEG : EXACT;
      for (let level = 0; level <= kept.overviews.length; level++) {
        const others = strips(made, level);
        const difference = { sum: 0, large: 0, samples: 0 };
        for await (const { data, mask } of strips(kept, level)) {
          const other = (await others.next()).value!;
          expect(sameBytes(mask, other.mask)).toBe(true);
          addDifferences(difference, data, other.data, tolerance.large);
        }
        expect(difference.sum / difference.samples).toBeLessThanOrEqual(tolerance.meanDifference);
        expect(difference.large / difference.samples).toBeLessThanOrEqual(tolerance.shareOfLargeDifferences);
      }
      await Promise.all([made.close(), kept.close()]);
    },
  );

  test.each(committed.filter((name) => name.endsWith(".xml")))("%s, byte for byte", (name) => {
    expect(readFileSync(join(scratch, name), "utf8")).toBe(readFileSync(join(SAMPLES, name), "utf8"));
  });
});

test("another seed draws another place", async () => {
  const folder = join(scratch, "another seed");
  await renderScene("multispectral", folder, DEFAULT_SEED + 1);
  const name = "multispectral-labels.tif";
  expect(readFileSync(join(folder, name)).equals(readFileSync(join(SAMPLES, name)))).toBe(false);
});

function sameBytes(a: Uint8Array | null, b: Uint8Array | null): boolean {
  return a === null || b === null ? a === b : Buffer.compare(a, b) === 0;
}

function addDifferences(
  total: { sum: number; large: number; samples: number },
  a: SampleArray,
  b: SampleArray,
  large: number,
): void {
  for (let i = 0; i < a.length; i++) {
    const difference = Math.abs(a[i]! - b[i]!);
    total.sum += difference;
    if (difference > large) total.large++;
  }
  total.samples += a.length;
}
