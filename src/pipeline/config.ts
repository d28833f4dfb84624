import * as z from "zod";
import { MEMORY_SIZE } from "./memory-size.ts";
import { DEFAULT_OUTPUTS, OUTPUTS } from "./outputs.ts";

/** The settings of a run: keys of a pipeline file, flags of the command line, options of `mapScene`. */
export const configSchema = z.strictObject({
  $schema: z.string().optional().describe("For completion in editors."),
  description: z.string().optional().describe("What the pipeline is for; shown by --help and in run.json."),
  model: z
    .string()
    .default("pspnet-mobilenetv2")
    .describe("Name of an installed model, or path of a .onnx file or its card."),
  bands: z
    .array(z.union([z.string(), z.int().positive()]))
    .optional()
    .describe(
      "Bands of the scene for the model's inputs, in order: numbers from 1, roles or names. By the model card where not given.",
    ),
  rescale: z
    .union([
      z.literal("auto"),
      z.tuple([z.number(), z.number()]).refine(([min, max]) => min < max, "must have the smaller first"),
    ])
    .optional()
    .describe(
      "Stretches raw values to 0-255 for 8-bit models: [min, max], or auto for the 2nd to 98th percentile.",
    ),
  nodata: z
    .number()
    .optional()
    .describe("Pixels whose bands all have this value hold no data, beside what the file itself says."),
  gsd: z
    .union([z.literal("auto"), z.literal("native"), z.number().positive()])
    .default("auto")
    .describe(
      "Ground sample distance of the map in m; native keeps the scene's; auto keeps it where the model allows and else takes the model's.",
    ),
  aoi: z
    .string()
    .optional()
    .describe(
      "Maps only there: path of a GeoJSON file, or west,south,east,north in degrees, or with an EPSG code behind them in its units.",
    ),
  onTop: z
    .enum(["first", "newest"])
    .default("first")
    .describe(
      "Which of several scenes shows where they overlap: the one named first, or the newest by its TIFF DateTime.",
    ),
  device: z
    .enum(["auto", "cuda", "webgpu", "cpu"])
    .default("auto")
    .describe("Where inference runs; auto takes the best that works."),
  precision: z
    .enum(["auto", "fp32", "int8"])
    .default("auto")
    .describe(
      "Floats or 8-bit integers, for models that come as both; auto takes 8-bit integers on CPUs that are known to gain.",
    ),
  workers: z
    .int()
    .positive()
    .optional()
    .describe("Inference workers on the CPU; one for each core where not given. A GPU has one."),
  batch: z
    .union([z.literal("auto"), z.int().positive()])
    .default("auto")
    .describe(
      "Chips to a run of the model: auto takes one on the CPU, and on a GPU as many as fit its memory; halved where they do not.",
    ),
  maxMemory: z
    .union([z.int().positive(), z.string().regex(MEMORY_SIZE, "must be a size such as 2GB or 1500MB")])
    .optional()
    .describe(
      "Memory that the run may take, such as 2GB: planned before it starts, with fewer workers where need be; a run that cannot fit is refused.",
    ),
  chip: z.int().positive().optional().describe("Side of a chip in px; the model card's where not given."),
  overlap: z
    .int()
    .nonnegative()
    .optional()
    .describe("Px shared by neighbouring chips; the model card's where not given."),
  blend: z
    .enum(["hann", "crop"])
    .default("hann")
    .describe("How overlapping chips are merged: hann fades, crop cuts in the middle."),
  tta: z
    .enum(["none", "flip"])
    .default("none")
    .describe(
      "Test-time augmentation: flip shows each chip four ways, mirrored, and takes the mean; four times the time.",
    ),
  onError: z
    .enum(["stop", "skip"])
    .default("stop")
    .describe(
      "What to do about blocks that cannot be read and chips that cannot be inferred: stop, or leave nodata there, list them in run.json and exit 3.",
    ),
  outputs: z
    .array(z.enum(OUTPUTS))
    .min(1)
    .default([...DEFAULT_OUTPUTS])
    .describe("What is written beside run.json."),
  checkpoint: z
    .number()
    .nonnegative()
    .optional()
    .describe(
      "Seconds between checkpoints for --resume, 0 for one after each row of chips; where not given, as often as costs under 2 % of the run.",
    ),
  minArea: z
    .number()
    .nonnegative()
    .default(0)
    .describe("Polygons of less, in m², are merged into the neighbour with the longest shared border."),
  simplify: z
    .number()
    .nonnegative()
    .default(1)
    .describe(
      "How far borders of polygons may depart from the stairs of the pixels, in px; 0 keeps the pixels exactly.",
    ),
  smooth: z.boolean().default(false).describe("Whether corners of polygons become curves."),
  vectorCrs: z
    .enum(["EPSG:4326", "scene"])
    .default("EPSG:4326")
    .describe("Coordinates of polygons: longitude and latitude, or the scene's own CRS."),
  attribution: z.string().optional().describe("Credit line for the imagery, shown by web maps."),
});

/** Settings with every default filled in. */
export type Config = z.infer<typeof configSchema>;

/** Settings as a user gives them. */
export type ConfigInput = z.input<typeof configSchema>;
