import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { CancelledError, UserError } from "../errors.ts";
import type { Tta } from "./flips.ts";
import type { WorkerSetup } from "./inference-task.ts";
import type { Model } from "./model.ts";
import { type ProbeCrop, sampleCrop } from "./probe-crop.ts";

/** Where inference runs, by the name of ONNX Runtime's execution provider. */
export type Device = WorkerSetup["executionProvider"];

type GpuDevice = Exclude<Device, "cpu">;

/** From the best on: the order in which `auto` tries them. */
export const GPU_DEVICES: readonly GpuDevice[] = ["cuda", "webgpu"];

/** What a user can do where a GPU does not work. */
export const REMEDIES: Readonly<Record<GpuDevice, string>> = {
  cuda: "Install CUDA 12, cuDNN 9 and run `ONNXRUNTIME_NODE_INSTALL=true node node_modules/onnxruntime-node/script/install.js`.",
  webgpu: "Install a Vulkan driver, and its loader: `apt-get install libvulkan1`.",
};

/** The device of a run, and why the better ones are not used. */
export interface DeviceChoice {
  readonly device: Device;
  readonly rejected: readonly { readonly device: Device; readonly reason: string }[];
}

/** What devices are tried on, and how to stop it. */
export interface ProbeOptions {
  /** Part of what the run will map, read when the first device is tried; of the sample scene where it is null or not given. */
  readonly crop?: () => Promise<ProbeCrop | null>;
  /** Whether chips will be mirrored too: a device has more to do then. */
  readonly tta?: Tta;
  readonly signal?: AbortSignal | undefined;
}

const PROBE = fileURLToPath(new URL("../../dist/inference/device-probe.js", import.meta.url));
const PROBE_SECONDS = 60;

/**
 * The device for a model: the one that the user insists on, or the first of CUDA, WebGPU and CPU that works. A GPU is tried
 * in a child process, which a driver may crash or hang, and must label real pixels as the CPU does.
 * Throws UserError "no-device" when the wanted one does not work, CancelledError when the signal stopped the trial, and what reading the crop throws.
 */
export async function chooseDevice(
  wanted: "auto" | Device,
  model: Model,
  options: ProbeOptions = {},
): Promise<DeviceChoice> {
  if (wanted === "cpu") return { device: "cpu", rejected: [] };
  if (wanted !== "auto") {
    const reason = (wanted === "cuda" ? missingPart("cuda") : null) ?? (await probe(wanted, model, options));
    if (reason === null) return { device: wanted, rejected: [] };
    throw new UserError(
      "no-device",
      `--device ${wanted}: ${reason}.`,
      `${REMEDIES[wanted]} --device auto goes on without it.`,
    );
  }
  const rejected: { device: Device; reason: string }[] = [];
  for (const device of GPU_DEVICES) {
    const reason = await reasonAgainst(device, model, options);
    if (reason === null) return { device, rejected };
    rejected.push({ device, reason });
  }
  return { device: "cpu", rejected };
}

/** Why `auto` would not take a GPU for this model; null when it would. Throws CancelledError when the signal stopped the trial. */
export async function reasonAgainst(
  device: GpuDevice,
  model: Model,
  options: ProbeOptions = {},
): Promise<string | null> {
  return missingPart(device) ?? (await probe(device, model, options));
}

/** What a GPU plainly lacks, found without starting anything; null when it may work. */
function missingPart(device: GpuDevice): string | null {
  if (process.platform !== "linux")
    return device === "cuda" ? "ONNX Runtime for Node has CUDA on Linux only" : null;
  switch (device) {
    case "cuda": {
      const library = "libonnxruntime_providers_cuda.so";
      if (!existsSync(join(runtimeFolder(), library))) return `${library} is not installed`;
      return existsSync("/dev/nvidiactl") ? null : "no NVIDIA driver is loaded (/dev/nvidiactl is missing)";
    }
    case "webgpu": {
      const hasAdapter = existsSync("/dev/dri") || existsSync("/dev/nvidiactl");
      return hasAdapter ? null : "no graphics adapter is present (/dev/dri is missing)";
    }
    default:
      throw new RangeError(`unknown device ${String(device satisfies never)}`);
  }
}

/** The folder of ONNX Runtime's shared libraries. */
function runtimeFolder(): string {
  const entry = createRequire(import.meta.url).resolve("onnxruntime-node");
  return join(dirname(entry), "..", "bin", "napi-v6", process.platform, process.arch);
}

async function probe(
  device: Device,
  { path, card }: Model,
  { crop, tta = "none", signal }: ProbeOptions,
): Promise<string | null> {
  const { side, sampleType, samples } = (await crop?.()) ?? (await sampleCrop(card));
  const args = [PROBE, device, path, JSON.stringify(card), sampleType, String(side), tta];
  return new Promise((resolve, reject) => {
    const child = execFile(
      process.execPath,
      args,
      { timeout: PROBE_SECONDS * 1000, killSignal: "SIGKILL", ...(signal === undefined ? {} : { signal }) },
      (error, stdout, stderr) => {
        if (signal?.aborted === true) reject(new CancelledError());
        else if (error === null) resolve(reasonOf(stdout.trim()));
        else if (error.killed === true) resolve(`it did not answer in ${PROBE_SECONDS} s`);
        else resolve(lastLine(stderr) ?? `the driver failed (${error.signal ?? error.code})`);
      },
    );
    child.stdin?.on("error", () => undefined); // of a driver that crashes first: told above
    child.stdin?.end(Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength));
  });
}

/** Why a device is not taken, by what its probe prints; null when it is. */
function reasonOf(answer: string): string | null {
  if (answer === "same") return null;
  const failure = /^failed: (.*)$/s.exec(answer)?.[1];
  return failure === undefined
    ? `its labels differ from the CPU's (${answer})`
    : (lastLine(failure) ?? "the driver failed");
}

/** The last line of an error output, without ONNX Runtime's place in its own source and without the full stop. */
function lastLine(text: string): string | null {
  const line = text.trim().split("\n").at(-1) ?? "";
  return line.replace(/^\/\S+\.cc:\d+ .* was false\. /, "").replace(/\.$/, "") || null;
}
