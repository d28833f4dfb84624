import { statfs } from "node:fs/promises";
import { availableParallelism, cpus, freemem, totalmem } from "node:os";
import { GPU_DEVICES, REMEDIES, reasonAgainst } from "../inference/device.ts";
import { loadModel } from "../inference/model.ts";
import { configSchema } from "../pipeline/config.ts";
import { ONNXRUNTIME_VERSION, VERSION } from "../pipeline/manifest.ts";
import { supportedCodecs } from "../scene/codec-names.ts";
import { bytesText, type CommandOutput, table } from "./output.ts";

/** What `landstitch doctor` finds on this machine. */
interface Findings {
  readonly landstitch: string;
  readonly node: string;
  readonly platform: string;
  readonly onnxruntime: string;
  readonly model: string;
  readonly cpu: { readonly name: string; readonly cores: number };
  /** Bytes. */
  readonly memory: { readonly total: number; readonly free: number };
  /** Bytes, of the working folder's disk. */
  readonly disk: { readonly free: number };
  readonly codecs: readonly string[];
  /** Better devices than the CPU: whether `--device auto` takes them, and why not. */
  readonly gpus: readonly {
    readonly device: keyof typeof REMEDIES;
    readonly works: boolean;
    readonly reason: string | null;
    readonly remedy: string | null;
  }[];
}

/** `landstitch doctor`: what this machine has, and what is missing for a faster run. */
export async function doctorCommand(
  { json = false }: { readonly json?: boolean },
  output: CommandOutput,
  signal: AbortSignal,
): Promise<void> {
  const findings = await examine(signal);
  output.out(json ? `${JSON.stringify(findings, null, 2)}\n` : report(findings));
}

async function examine(signal: AbortSignal): Promise<Findings> {
  const model = await loadModel(configSchema.parse({}).model);
  const gpus: Findings["gpus"][number][] = [];
  for (const device of GPU_DEVICES) {
    const reason = await reasonAgainst(device, model, { signal });
    gpus.push({ device, works: reason === null, reason, remedy: reason === null ? null : REMEDIES[device] });
  }
  const { bavail, bsize } = await statfs(".");
  return {
    landstitch: VERSION,
    node: process.versions.node,
    platform: `${process.platform} ${process.arch}`,
    onnxruntime: ONNXRUNTIME_VERSION,
    model: `${model.card.name} ${model.card.version}`,
    cpu: { name: cpus()[0]?.model.trim() ?? "unknown", cores: availableParallelism() },
    memory: { total: totalmem(), free: freemem() },
    disk: { free: bavail * bsize },
    codecs: supportedCodecs(),
    gpus,
  };
}

function report(found: Findings): string {
  const { cpu, memory, disk, gpus } = found;
  const rows = [
    ["landstitch", found.landstitch],
    ["Node.js", `${found.node}, ${found.platform}`],
    ["ONNX Runtime", found.onnxruntime],
    ["Model", `${found.model}, whole`],
    ["CPU", `works: ${cpu.cores} cores, ${cpu.name}`],
    ...gpus.map(({ device, reason }) => [device, reason === null ? "works" : `not used: ${reason}`]),
    ["Memory", `${bytesText(memory.free)} free of ${bytesText(memory.total)}`],
    ["Disk here", `${bytesText(disk.free)} free`],
    ["Codecs read", found.codecs.join(", ")],
  ];
  const remedies = gpus.flatMap(({ device, remedy }) =>
    remedy === null ? [] : [`For ${device}: ${remedy}\n`],
  );
  return table(rows, [false, false]) + (remedies.length === 0 ? "" : `\n${remedies.join("")}`);
}
