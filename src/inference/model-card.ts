import * as z from "zod";

const bandName = z
  .string()
  .min(1)
  .describe("Band of the scene by role or name (red, green, blue, nir …) or by number, counted from 1.");

const perBand = z.array(z.number()).describe("One value per band, in the order of `bands`; or one for all.");

const inputSchema = z.strictObject({
  name: z.string().optional().describe("Input of the graph; its only input where not given."),
  layout: z.enum(["nchw", "nhwc"]).describe("Order of the axes of the input tensor."),
  dtype: z.enum(["uint8", "uint16", "float32"]).describe("Element type of the input tensor."),
  bands: z.array(bandName).min(1).describe("The bands that the model takes, in order."),
  scale: z.number().default(1).describe("value = (raw · scale − mean) / std is given to the graph."),
  mean: perBand.default([0]),
  std: perBand.default([1]),
  height: z
    .int()
    .positive()
    .nullable()
    .default(null)
    .describe("Fixed height in px; null where any is taken."),
  width: z.int().positive().nullable().default(null).describe("Fixed width in px; null where any is taken."),
  multipleOf: z.int().positive().default(1).describe("Height and width must be multiples of this many px."),
});

const outputSchema = z.strictObject({
  name: z.string().optional().describe("Output of the graph; the one at `index` where not given."),
  index: z.int().nonnegative().default(0).describe("Which output, counted from 0."),
  kind: z
    .enum(["logits", "softmax", "sigmoid", "labels"])
    .describe(
      "What the output holds: raw scores, probabilities of exclusive classes, of independent ones, or class indices. One channel tells of the second of two classes.",
    ),
  layout: z.enum(["nchw", "nhwc"]).default("nchw").describe("Order of the axes of the output tensor."),
  stride: z
    .int()
    .positive()
    .default(1)
    .describe("Input px per output cell: 1 for full size, 4 for a quarter."),
  margin: z
    .int()
    .nonnegative()
    .default(0)
    .describe(
      "Px at the chip's edge whose answers see the padding and are not used where a neighbour has better.",
    ),
});

const classSchema = z.strictObject({
  id: z.int().min(0).max(254).describe("Pixel value in landcover.tif; 255 is nodata."),
  name: z.string().min(1),
  color: z
    .string()
    .regex(/^#[0-9a-fA-F]{6}$/)
    .describe("#rrggbb"),
  description: z.string().optional(),
});

const accuracy = z.number().min(0).max(1);

const metricSchema = z
  .looseObject({
    dataset: z.string(),
    split: z.string(),
    meanIoU: accuracy.optional(),
    pixelAccuracy: accuracy.optional(),
    perClass: z
      .record(z.string(), z.looseObject({ iou: accuracy, precision: accuracy, recall: accuracy }))
      .optional()
      .describe("By the names of the classes."),
    flips: z
      .looseObject({ meanIoU: accuracy, gain: z.number() })
      .optional()
      .describe("Mean IoU with --tta flip, and what it gains over a single look."),
    confusion: z
      .array(z.array(z.int().nonnegative()))
      .optional()
      .describe(
        "Pixels by class: a row per class of the reference, a column per predicted class, in the order of `classes`.",
      ),
    designEffect: z
      .array(z.number().min(1).nullable())
      .optional()
      .describe(
        "Per predicted class, how many neighbouring pixels count as one independent sample of its precision; null where unknown.",
      ),
  })
  .describe("What was measured, on which part of which data.");

/** Model card: everything that landstitch must know of an ONNX model. Names follow STAC MLM where it has one. */
export const modelCardSchema = z
  .strictObject({
    $schema: z.string().optional(),
    name: z.string().min(1),
    version: z.string(),
    description: z.string(),
    license: z.string(),
    architecture: z.string(),
    totalParameters: z.int().positive().optional().describe("How many numbers were learnt."),
    file: z.string().describe("The ONNX file, relative to the card."),
    sha256: z
      .string()
      .regex(/^[0-9a-f]{64}$/)
      .describe("SHA-256 of the file: flipped weight bytes load without complaint."),
    int8: z
      .string()
      .optional()
      .describe("Installed name or path of the same model in 8-bit integers; `--precision` chooses."),
    input: inputSchema,
    output: outputSchema,
    classes: z.array(classSchema).min(1).describe("In the order of the output's channels."),
    chip: z.int().positive().describe("Side of a chip in px."),
    overlap: z.int().nonnegative().describe("Px shared by neighbouring chips."),
    gsd: z
      .strictObject({
        nominal: z.number().positive(),
        min: z.number().positive(),
        max: z.number().positive(),
      })
      .nullable()
      .describe("Ground sample distances in m at which the model works; null where it does not matter."),
    training: z
      .looseObject({
        data: z.string(),
        split: z.string(),
        budget: z.string().optional().describe("Steps, crops a step and their size."),
        seed: z.int().optional(),
        command: z.string(),
      })
      .optional(),
    calibration: z
      .strictObject({
        temperature: z
          .number()
          .positive()
          .describe("The graph divides its logits by it, so that confidence is accuracy."),
        bias: z.array(z.number()).optional().describe("Added to the logits before that, one per class."),
        fittedOn: z.string(),
      })
      .optional(),
    metrics: z.array(metricSchema).default([]),
  })
  .superRefine((card, context) => {
    const bands = card.input.bands.length;
    for (const key of ["mean", "std"] as const) {
      const count = card.input[key].length;
      if (count !== 1 && count !== bands) {
        context.addIssue({
          code: "custom",
          path: ["input", key],
          message: `has ${count} values for ${bands} bands`,
        });
      }
    }
    card.metrics.forEach(({ confusion, designEffect }, index) => {
      if (designEffect !== undefined && designEffect.length !== card.classes.length) {
        context.addIssue({
          code: "custom",
          path: ["metrics", index, "designEffect"],
          message: `has ${designEffect.length} values for ${card.classes.length} classes`,
        });
      }
      const sides = [confusion?.length, ...(confusion ?? []).map((row) => row.length)];
      if (confusion === undefined || sides.every((side) => side === card.classes.length)) return;
      context.addIssue({
        code: "custom",
        path: ["metrics", index, "confusion"],
        message: `is not ${card.classes.length} rows of ${card.classes.length} numbers, one for each class`,
      });
    });
    if (new Set(card.classes.map(({ id }) => id)).size !== card.classes.length) {
      context.addIssue({ code: "custom", path: ["classes"], message: "two classes have the same id" });
    }
  });

export type ModelCard = z.infer<typeof modelCardSchema>;
