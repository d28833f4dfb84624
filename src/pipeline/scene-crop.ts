import { cropOfChip, type ProbeCrop } from "../inference/probe-crop.ts";
import { readChips } from "../tiler/tiler.ts";
import type { PreparedRun } from "./prepare.ts";

/** Chips without data that are passed over, from the middle row of the lattice on. */
const PATIENCE = 100;

/** A part of the scene to try a device on: the middle of a chip that holds data; null where none is found. Throws as reading does. */
export async function sceneCrop({ scene, plan, bands, model }: PreparedRun): Promise<ProbeCrop | null> {
  let passed = 0;
  const { sampleType } = scene;
  for await (const { data } of readChips(scene, plan, { bands, readAhead: 1, fromRow: plan.y.count >> 1 })) {
    if (data !== null) return cropOfChip(model.card, { samples: data, sampleType, chip: plan.x.chip });
    if (++passed === PATIENCE) return null;
  }
  return null;
}
