import { Command, InvalidArgumentError, Option } from "commander";
import { VERSION } from "../pipeline/manifest.ts";
import { MEMORY_SIZE } from "../pipeline/memory-size.ts";
import { OUTPUTS } from "../pipeline/outputs.ts";
import { EVENT_TYPES } from "../pipeline/progress.ts";
import type { EvaluateFlags } from "./evaluate-command.ts";
import type { InspectFlags } from "./inspect-command.ts";
import type { MapFlags } from "./map-command.ts";
import type { CommandOutput } from "./output.ts";
import type { ServeFlags } from "./serve-command.ts";
import type { TilesFlags } from "./tiles-command.ts";

/** Gives the signal of a command that must clean up when it is stopped; `notice` says what happens then. */
export type Interruptible = (notice: string) => AbortSignal;

/**
 * The command line: parses, and calls one handler, which is loaded then: a command pays for its own modules alone. Throws
 * CommanderError for wrong usage, which it has explained by then.
 */
export function program(output: CommandOutput, interruptible: Interruptible): Command {
  const root = new Command("landstitch")
    .description("Turns satellite, aerial and drone GeoTIFFs into land-cover maps.")
    .version(VERSION)
    .option("--debug", "print stack traces")
    .exitOverride()
    .configureOutput({
      writeOut: output.out,
      writeErr: output.err,
      outputError: (text, write) => write(usageError(text)),
    })
    .showSuggestionAfterError();
  addMap(root, output, interruptible);
  addTiles(root, output, interruptible);
  root
    .command("inspect <file>")
    .description("explain a scene, model or PMTiles archive; check the rules of a COG")
    .option("--json", "print JSON")
    .option("-o, --output <file>", "write a card to start from for a model that has none")
    .action(async (file: string, flags: InspectFlags) => {
      const { inspectCommand } = await import("./inspect-command.ts");
      return inspectCommand(file, flags, output);
    });
  root
    .command("evaluate <prediction> <reference>")
    .description("compare a land-cover raster with reference labels")
    .option("--json", "print JSON")
    .option("-o, --output <file>", "also write the scores as JSON")
    .option("--ignore <ids>", "reference values to leave out, for example 0,7", numbers)
    .action(async (prediction: string, reference: string, flags: EvaluateFlags) => {
      const { evaluateCommand } = await import("./evaluate-command.ts");
      return evaluateCommand(prediction, reference, flags, output);
    });
  addServe(root, output, interruptible);
  root
    .command("models")
    .description("list the installed models with their measured accuracy")
    .option("--json", "print the model cards")
    .action(async (flags: { json?: boolean }) => {
      const { modelsCommand } = await import("./models-command.ts");
      return modelsCommand(flags, output);
    });
  root
    .command("doctor")
    .description("say what this machine has, which devices work, and what is missing")
    .option("--json", "print JSON")
    .action(async (flags: { json?: boolean }) => {
      const signal = interruptible("Stopping.");
      const { doctorCommand } = await import("./doctor-command.ts");
      return doctorCommand(flags, output, signal);
    });
  return root;
}

/** Commander's message in our two lines: what was found, and what to do. */
function usageError(text: string): string {
  const [found = "", ...rest] = text.trim().split("\n");
  const suggestion = rest.join(" ").replace(/^\((.*)\)$/, "$1");
  const hint =
    suggestion === ""
      ? "`landstitch --help` and `landstitch COMMAND --help` list what there is."
      : suggestion;
  return `Error: ${found.replace(/^error: /, "").replace(/\.?$/, ".")}\n${hint}\n`;
}

function addMap(root: Command, output: CommandOutput, interruptible: Interruptible): void {
  root
    .command("map <scenes...>")
    .description(
      "map a GeoTIFF (path or URL), or several on one grid as one scene: files, a folder, a pattern or a .txt list, into an output folder",
    )
    .requiredOption("-o, --output <folder>", "output folder")
    .option("-m, --model <model>", "installed model, or path of a .onnx file or model card")
    .option("-p, --pipeline <pipeline>", "ready pipeline, or path of a .yaml file; flags override it")
    .option("--bands <list>", "bands for the model's inputs, by number from 1 or name: 4,3,2", list)
    .option("--rescale <min,max>", "raw values that become 0 and 255 for an 8-bit model, or auto", range)
    .option("--nodata <value>", "pixels whose bands all have this value hold no data", number)
    .option("--gsd <metres>", "ground sample distance of the map in m, or native", gsd)
    .option("--aoi <area>", "map only there: GeoJSON file, or west,south,east,north[,EPSG:code]")
    .addOption(
      new Option("--on-top <which>", "which of several scenes shows where they overlap").choices([
        "first",
        "newest",
      ]),
    )
    .addOption(
      new Option("--device <device>", "where inference runs").choices(["auto", "cuda", "webgpu", "cpu"]),
    )
    .addOption(
      new Option("--precision <what>", "floats or 8-bit integers, for models that come as both").choices([
        "auto",
        "fp32",
        "int8",
      ]),
    )
    .option("--workers <n>", "inference workers on the CPU; one a core by default", wholeNumber)
    .option("--batch <n>", "chips to a run of the model, or auto: what fits the GPU's memory", batch)
    .option("--max-memory <size>", "memory that the run may take, such as 2GB: planned and kept", memorySize)
    .option("--chip <px>", "side of a chip; the model's by default", wholeNumber)
    .option("--overlap <px>", "px shared by neighbouring chips; the model's by default", wholeNumber)
    .addOption(new Option("--blend <how>", "how overlapping chips are merged").choices(["hann", "crop"]))
    .addOption(
      new Option("--tta <how>", "test-time augmentation: show each chip mirrored too").choices([
        "none",
        "flip",
      ]),
    )
    .option("--outputs <list>", `what to write: ${OUTPUTS.join(",")}`, list)
    .addOption(
      new Option(
        "--on-error <what>",
        "what to do where a block cannot be read or a chip not be inferred",
      ).choices(["stop", "skip"]),
    )
    .option("--dry-run", "say what the run would take, from a few chips, and write nothing")
    .option("--resume", "go on with the run that was interrupted, killed or failed in this folder")
    .option("--checkpoint <seconds>", "seconds between checkpoints; by default under 2 % of the run", number)
    .option("--min-area <m2>", "polygons of less are merged into a neighbour", number)
    .option(
      "--simplify <px>",
      "how far polygons may depart from the pixels; 0 for the pixels exactly",
      number,
    )
    .option("--smooth", "round the corners of polygons")
    .addOption(new Option("--vector-crs <crs>", "coordinates of polygons").choices(["EPSG:4326", "scene"]))
    .option("--attribution <text>", "credit line for the imagery")
    .option("--json", `print events as JSON lines, of type ${EVENT_TYPES.join(", ")}`)
    .option("--quiet", "print nothing but errors")
    .action(async (scenes: string[], flags: MapFlags) => {
      const signal = interruptible(STOPPING_MAP);
      const { mapCommand } = await import("./map-command.ts");
      return mapCommand(scenes, flags, output, signal);
    });
}

const STOPPING_MAP = "Stopping: chips under way are finished first.";
const STOPPING_TILES = "Stopping: the tile under way is finished first.";
const STOPPING_SERVER = "Stopping: answers under way are finished first.";

function addServe(root: Command, output: CommandOutput, interruptible: Interruptible): void {
  root
    .command("serve <folder> [other]")
    .description("show an output folder as a web map; two folders of one place side by side")
    .option("--port <n>", "port to listen on; 0 takes a free one", wholeNumber, 8080)
    .option("--host <address>", "address to listen on; 0.0.0.0 is the whole network", "127.0.0.1")
    .option("--processes <n>", "processes that answer; by default one a core, four at most", processes)
    .action(async (folder: string, other: string | undefined, flags: ServeFlags) => {
      const signal = interruptible(STOPPING_SERVER);
      const { serveCommand } = await import("./serve-command.ts");
      return serveCommand(folder, other, flags, output, signal);
    });
}

function addTiles(root: Command, output: CommandOutput, interruptible: Interruptible): void {
  root
    .command("tiles <scene>")
    .description("publish a GeoTIFF (path or URL) as image tiles for web maps, one PMTiles archive")
    .requiredOption("-o, --output <file>", "the archive to write, .pmtiles")
    .addOption(
      new Option("--raster-tile-format <format>", "how tiles of imagery are stored")
        .choices(["webp", "png", "jpeg"])
        .default("webp"),
    )
    .addOption(new Option("--tile-size <px>", "side of a tile").choices(["256", "512"]).default("512"))
    .option("--bands <list>", "red, green and blue, or one band, by number from 1 or name: 4,3,2", list)
    .option("--rescale <min,max>", "raw values that become 0 and 255, or auto", range)
    .option("--nodata <value>", "pixels whose bands all have this value hold no data", number)
    .option("--name <text>", "name of the layer; the scene's by default")
    .option("--attribution <text>", "credit line for the imagery")
    .option("--json", "print events as JSON lines")
    .option("--quiet", "print nothing but errors")
    .action(async (scene: string, flags: TilesFlags) => {
      const signal = interruptible(STOPPING_TILES);
      const { tilesCommand } = await import("./tiles-command.ts");
      return tilesCommand(scene, flags, output, signal);
    });
}

function list(text: string): string[] {
  return text.split(",").map((item) => item.trim());
}

function numbers(text: string): number[] {
  return list(text).map(wholeNumber);
}

function wholeNumber(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError("It must be a whole number.");
  return Number(text);
}

function processes(text: string): number {
  const count = wholeNumber(text);
  if (count < 1 || count > 64) throw new InvalidArgumentError("It must be between 1 and 64.");
  return count;
}

function batch(text: string): "auto" | number {
  return text === "auto" ? text : wholeNumber(text);
}

function number(text: string): number {
  if (text.trim() === "" || Number.isNaN(Number(text)))
    throw new InvalidArgumentError("It must be a number.");
  return Number(text);
}

function memorySize(text: string): string {
  if (!MEMORY_SIZE.test(text)) throw new InvalidArgumentError("It must be a size such as 2GB or 1500MB.");
  return text;
}

function gsd(text: string): "native" | "auto" | number {
  if (text === "native" || text === "auto") return text;
  const metres = Number(text);
  if (!(metres > 0)) throw new InvalidArgumentError('It must be a number of metres above 0, or "native".');
  return metres;
}

function range(text: string): "auto" | [number, number] {
  if (text === "auto") return text;
  const [min, max, ...rest] = text.split(",").map(Number);
  if (min === undefined || max === undefined || rest.length > 0 || !(max > min)) {
    throw new InvalidArgumentError('It must be two numbers, the smaller first, or "auto".');
  }
  return [min, max];
}
