import type { Window } from "../geo/window.ts";
import type { RasterBlock, SampleArray } from "../scene/raster-block.ts";
import type { Scene } from "../scene/scene.ts";
import { mapOrdered } from "../stream.ts";
import { type ChipPlan, type PlannedChip, plannedChips, sceneWindow } from "./chip-plan.ts";
import { fillNodata } from "./fill-nodata.ts";
import { reflectPad } from "./reflect.ts";

/** A chip's pixels, ready for the model. */
export interface Chip extends PlannedChip {
  /** Samples of the whole window, interleaved, without nodata; null when the chip has no data at all and needs no inference. */
  readonly data: SampleArray | null;
  readonly bands: number;
  /** Validity of the owned window, row by row: 1 = data; null when all of it is valid. */
  readonly ownedMask: Uint8Array | null;
}

/** What the tiler reads and how far ahead. */
export interface TilerOptions {
  /** Indices of the scene's bands, in the model's order. */
  readonly bands: readonly number[];
  /** Chips read at a time. */
  readonly readAhead: number;
  /** Chips whose reading begins together, so that their blocks are decoded together; 1 by default. */
  readonly burst?: number;
  /** Row of the lattice to begin with; the first by default. */
  readonly fromRow?: number;
  /** False for chips whose pixels nobody asked for: they are not read, and come without data. All are wanted by default. */
  readonly wanted?: (chip: PlannedChip) => boolean;
}

/** Reads the planned chips of a scene, in plan order. Chips reach past the scene's edge by reflection. */
export function readChips(
  scene: Scene,
  plan: ChipPlan,
  { bands, readAhead, burst = 1, fromRow = 0, wanted = () => true }: TilerOptions,
): AsyncGenerator<Chip> {
  const read = async (chip: PlannedChip): Promise<Chip> => {
    if (!wanted(chip)) return { ...chip, data: null, bands: bands.length, ownedMask: null };
    const window = sceneWindow(plan, chip);
    return prepareChip(chip, await scene.read(window, { bands }));
  };
  return mapOrdered(plannedChips(plan, fromRow), read, { concurrency: readAhead, burst });
}

/** A chip from the pixels of the part of its window that lies in the scene. */
export function prepareChip(chip: PlannedChip, block: RasterBlock): Chip {
  const { mask, bands } = block;
  if (mask === null) return { ...chip, data: pad(chip, block), bands, ownedMask: null };
  const ownedMask = cropMask(mask, block.window, chip.owned);
  if (!mask.includes(1)) return { ...chip, data: null, bands, ownedMask };
  if (mask.includes(0)) fillNodata(block.data, mask, bands);
  return { ...chip, data: pad(chip, block), bands, ownedMask: ownedMask.includes(0) ? ownedMask : null };
}

function pad(chip: PlannedChip, { data, window, bands }: RasterBlock): SampleArray {
  return reflectPad(data, window, chip.window, bands);
}

/** The mask of the owned window out of that of the read one. */
function cropMask(mask: Uint8Array, read: Window, owned: Window): Uint8Array {
  if (owned.width === read.width && owned.height === read.height) return mask;
  const cropped = new Uint8Array(owned.width * owned.height);
  for (let row = 0; row < owned.height; row++) {
    const start = row * read.width;
    cropped.set(mask.subarray(start, start + owned.width), row * owned.width);
  }
  return cropped;
}
