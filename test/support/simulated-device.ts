import { fileURLToPath } from "node:url";
import type { DeviceOptions } from "../../src/inference/inference-device.ts";
import type { Overlap } from "../../src/inference/reduced-model.ts";

const MOST_TASKS = 10_000;

/** How a simulated device behaves. */
export interface SimulatedDevice {
  /** Of every chip in the batch, padding too; none by default. */
  readonly secondsPerMegapixel?: number;
  /** Most chips that fit, by task; the last holds for all further ones. */
  readonly memory?: readonly number[];
  /** Answers NaN for chips whose first sample is this. */
  readonly nanWhere?: number;
  /** Does not answer this task, counted from 0, for so long; then, where it is confused, leaves NaN and fails. */
  readonly hangs?: { readonly at: number; readonly seconds: number; readonly confused?: true };
  /** Ends its thread at these tasks, counted from 0; at every task where not given. */
  readonly dies?: { readonly how: "exit" | "throw"; readonly at?: readonly number[] };
}

/** Options of a pool that runs on a simulated device and the tasks that it was given, refused ones too. */
export function simulated(device: SimulatedDevice): {
  readonly simulated: NonNullable<DeviceOptions["simulated"]>;
  readonly tasks: () => readonly { readonly batch: number; readonly chips: number }[];
  /** What it was told of the chips' overlap; null where it was not. */
  readonly overlap: () => Overlap | null;
} {
  const log = new SharedArrayBuffer(4 * (1 + 2 * MOST_TASKS));
  const file = fileURLToPath(new URL("./simulated-device.mjs", import.meta.url));
  const tasks = () => {
    const [count = 0, ...sizes] = new Int32Array(log);
    return Array.from({ length: count }, (_, i) => ({ batch: sizes[2 * i]!, chips: sizes[2 * i + 1]! }));
  };
  const told = new SharedArrayBuffer(12);
  const overlap = () => {
    const [isTold, px = 0, isBlended] = new Int32Array(told);
    return isTold === 1 ? { px, isBlended: isBlended === 1 } : null;
  };
  const settings = { ...device, log, overlap: told, cpuSeconds: new SharedArrayBuffer(8) };
  return { simulated: { file, settings }, tasks, overlap };
}
