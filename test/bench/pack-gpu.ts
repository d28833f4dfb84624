/**
 * Packs what `test/bench/gpu.mjs` needs into one archive, for a machine with a GPU and no network: `npm run pack:gpu [ARCHIVE]`. Linux on
 * x86-64 with Node 20 or newer; ONNX Runtime's other platforms stay behind.
 */
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const LIMIT = 60e6;
const FOLDERS = ["dist", "models/pspnet-mobilenetv2", "pipelines"];
const FILES = ["package.json", "LICENSE", "sample-data/town.tif", "test/bench/gpu.mjs"];

const root = fileURLToPath(new URL("../../", import.meta.url));
const archive = process.argv[2] ?? "landstitch-gpu.tar.gz";
const files = [...FILES, ...[...FOLDERS, ...packages()].flatMap(filesIn)].filter(isNeeded);
execFileSync(
  "tar",
  ["--create", "--gzip", "--file", archive, "--transform", "s,^,landstitch-gpu/,", "-T", "-"],
  {
    cwd: root,
    input: files.join("\n"),
  },
);
const bytes = statSync(resolve(root, archive)).size;
process.stdout.write(`${archive}: ${(bytes / 1e6).toFixed(1)} MB, ${files.length} files

On the machine with the GPU (Linux x86-64, Node 20 or newer, no network needed):
  tar xzf ${archive.split("/").at(-1)} && cd landstitch-gpu
  node test/bench/gpu.mjs webgpu    # an NVIDIA, AMD or Intel driver with Vulkan, and libvulkan.so.1
  node test/bench/gpu.mjs cuda      # CUDA 12 and cuDNN 9, and ONNX Runtime's provider: put libonnxruntime_providers_shared.so and
                                    # libonnxruntime_providers_cuda.so of the same version into node_modules/onnxruntime-node/bin/napi-v6/linux/x64
`);
if (bytes > LIMIT) throw new Error(`the archive is larger than ${LIMIT / 1e6} MB`);

/** Folders of the packages that are installed and not for development alone, by the lock file. */
function packages(): string[] {
  const lock = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")) as {
    readonly packages: Readonly<Record<string, { readonly dev?: boolean }>>;
  };
  return Object.entries(lock.packages)
    .filter(([path, { dev }]) => path !== "" && dev !== true && existsSync(join(root, path)))
    .map(([path]) => path);
}

/** All files below a folder, without packages inside packages, which are listed themselves. */
function filesIn(folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    if (entry.name === "node_modules") return [];
    const path = `${folder}/${entry.name}`;
    return entry.isDirectory() ? filesIn(path) : [path];
  });
}

/** False for what only people and compilers read, and for libraries of other platforms. */
function isNeeded(path: string): boolean {
  if (/\.(map|md|d\.[cm]?ts)$/.test(path)) return false;
  return !path.includes("onnxruntime-node/bin/") || path.includes("/linux/x64/");
}
