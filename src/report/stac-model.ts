import type { ModelCard } from "../inference/model-card.ts";
import type { LandCoverClass } from "../scene/class-scheme.ts";

/** Names that the classification extension takes: letters, digits, hyphen and underscore; each once. */
export function classSlugs(classes: readonly LandCoverClass[]): readonly string[] {
  const slugs = classes.map(({ name, id }) => slug(name) || `class-${id}`);
  return slugs.map((text, i) => (slugs.indexOf(text) === i ? text : `${text}-${classes[i]!.id}`));
}

/** Text as letters, digits, hyphens and underscores; "" where nothing is left. */
export function slug(text: string): string {
  return text
    .normalize("NFKD")
    .replace(/[^0-9A-Za-z_-]+/g, "-")
    .replace(/^-+|-+$/g, "");
}

/** The fields of the MLM extension (v1.4) that describe a model: Item properties. */
export function modelProperties(
  card: ModelCard,
  hyperparameters: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const { input, output } = card;
  const tasks = ["semantic-segmentation"];
  return {
    "mlm:name": modelName(card.name),
    "mlm:architecture": card.architecture,
    ...(card.totalParameters === undefined ? {} : { "mlm:total_parameters": card.totalParameters }),
    "mlm:tasks": tasks,
    "mlm:framework": "ONNX",
    "mlm:input": [
      {
        name: input.name ?? "input",
        bands: input.bands,
        input: tensor(input.layout, input.dtype, [input.height, input.width, input.bands.length]),
        value_scaling: valueScaling(card),
        resize_type: null,
        pre_processing_function: null,
      },
    ],
    "mlm:output": [
      {
        name: output.name ?? "output",
        tasks,
        result: outputTensor(card),
        "classification:classes": stacClasses(card.classes),
        post_processing_function: null,
      },
    ],
    "mlm:hyperparameters": hyperparameters,
  };
}

/**
 * Classes as the classification extension describes them: v2.0 in assets, where a name is required, and v1.1 in the model's
 * output (MLM 1.4 refers to it), where a description is; a class without one is described by its name.
 */
export function stacClasses(
  classes: readonly LandCoverClass[],
): readonly Readonly<Record<string, unknown>>[] {
  const slugs = classSlugs(classes);
  return classes.map(({ id, name, color, description }, i) => ({
    value: id,
    name: slugs[i],
    title: name,
    description: description ?? name,
    color_hint: color.slice(1).toUpperCase(),
  }));
}

function outputTensor({ output, classes }: ModelCard): object {
  if (output.kind === "labels")
    return { shape: [-1, -1, -1], dim_order: ["batch", "height", "width"], data_type: "other" };
  return tensor(output.layout, "float32", [null, null, classes.length]);
}

function tensor(
  layout: "nchw" | "nhwc",
  dataType: string,
  [height, width, channels]: readonly [number | null, number | null, number],
): object {
  const sides = [height ?? -1, width ?? -1];
  return layout === "nchw"
    ? {
        shape: [-1, channels, ...sides],
        dim_order: ["batch", "channel", "height", "width"],
        data_type: dataType,
      }
    : {
        shape: [-1, ...sides, channels],
        dim_order: ["batch", "height", "width", "channel"],
        data_type: dataType,
      };
}

/** (raw · scale − mean) / std as a z-score of the raw values, per band; null where nothing is done to them. */
function valueScaling({ input: { scale, mean, std, bands } }: ModelCard): readonly object[] | null {
  const at = (values: readonly number[], band: number): number =>
    (values.length === 1 ? values[0] : values[band])!;
  const scores = bands.map((_, band) => ({
    type: "z-score",
    mean: at(mean, band) / scale,
    stddev: at(std, band) / scale,
  }));
  return scores.every((score) => score.mean === 0 && score.stddev === 1) ? null : scores;
}

/** A name as the extension takes it: three characters or more, a letter first. */
function modelName(name: string): string {
  const plain = name
    .normalize("NFKD")
    .replace(/[^a-zA-Z0-9_.-]+/g, "-")
    .replace(/^[^a-zA-Z]+|[^a-zA-Z0-9]+$/g, "");
  return plain.length >= 3 ? plain : `model-${plain || "unnamed"}`;
}
