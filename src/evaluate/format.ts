import type { Evaluation } from "./evaluate.ts";

const UNDEFINED = "–";

/** The evaluation as JSON text: the same shape as the Evaluation, shares from 0 to 1, null where undefined. */
export function evaluationJson(evaluation: Evaluation): string {
  return `${JSON.stringify(evaluation, null, 2)}\n`;
}

/** The evaluation as tables for a terminal: percent with two decimals, "–" where undefined. */
export function formatEvaluation(evaluation: Evaluation): string {
  const { scores } = evaluation;
  const summary = [
    ["Pixel accuracy", percent(scores.pixelAccuracy)],
    ["Mean IoU", percent(scores.meanIoU)],
    ["Kappa", scores.kappa === null ? UNDEFINED : scores.kappa.toFixed(4)],
  ];
  return [
    headerLines(evaluation).join("\n"),
    alignColumns(scoreRows(evaluation)),
    alignColumns(summary),
    `Pixels by class: rows are the reference, columns the prediction\n${alignColumns(confusionRows(evaluation))}`,
  ]
    .map((part) => `${part}\n`)
    .join("\n");
}

function headerLines({ prediction, reference, alignment, coverage, pixels }: Evaluation): string[] {
  const grid =
    alignment === "identical"
      ? "the same"
      : "differ: each reference pixel is compared with the prediction's pixel under its centre";
  const left = [
    `${whole(pixels.referenceNodata)} without reference data`,
    `${whole(pixels.ignored)} ignored`,
    `${whole(pixels.predictionNodata)} without prediction data`,
    `${whole(pixels.outsidePrediction)} outside the prediction`,
  ];
  return [
    `Prediction  ${prediction}`,
    `Reference   ${reference}`,
    `Grids       ${grid}`,
    `Compared    ${whole(pixels.compared)} pixels, ${percent(coverage)} of the reference's labels`,
    `Left out    ${left.join(", ")}`,
  ];
}

function scoreRows({ classes, scores }: Evaluation): string[][] {
  const rows = scores.perClass.map((row, place) => [
    classes[place]!.name,
    ...[row.iou, row.precision, row.recall, row.f1].map(percent),
    whole(row.support),
  ]);
  const means = (["macro", "frequencyWeighted"] as const).map((key) => {
    const { iou, precision, recall, f1 } = scores[key];
    return [key === "macro" ? "mean" : "weighted mean", ...[iou, precision, recall, f1].map(percent), ""];
  });
  return [["Class", "IoU", "Precision", "Recall", "F1", "Reference px"], ...rows, ...means];
}

function confusionRows({ classes, confusion }: Evaluation): string[][] {
  const names = classes.map(({ name }) => name);
  return [["", ...names], ...confusion.map((row, place) => [names[place]!, ...row.map(whole)])];
}

/** The first column to the left, the others to the right, two spaces apart. */
function alignColumns(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => (column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!)))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

function percent(share: number | null): string {
  return share === null ? UNDEFINED : `${(share * 100).toFixed(2)} %`;
}

/** A count with commas between thousands, in any locale. */
function whole(count: number): string {
  return count.toLocaleString("en-US");
}
