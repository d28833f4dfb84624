import { percentText, scoreText } from "./figures.ts";
import { type Html, html } from "./html.ts";
import type { MapRecord, Metric } from "./map-record.ts";

/** The model: what it is, what it was trained on, and how right it was where it was checked. */
export function accuracySection({ card }: Pick<MapRecord, "card">): Html {
  const { training, gsd } = card;
  return html`<h2>Model</h2><p>${card.description}</p><dl class="pairs">
    <dt>Name</dt><dd>${card.name} ${card.version}</dd><dt>Architecture</dt><dd>${card.architecture}</dd>
    <dt>Licence</dt><dd>${card.license}</dd>
    <dt>Made for</dt><dd>${gsd === null ? "any ground sample distance" : `${gsd.min}–${gsd.max} m per pixel`}, ${card.input.bands.join(", ")}</dd>
    ${training !== undefined && html`<dt>Training data</dt><dd>${training.data}</dd><dt>Split</dt><dd>${training.split}</dd>`}
    <dt>SHA-256</dt><dd><code>${card.sha256}</code></dd></dl>
    ${card.metrics.length === 0 && html`<p class="note">The card holds no measured accuracy.</p>`}${card.metrics.map((metric) => metricPart(metric, card.classes))}`;
}

function metricPart(metric: Metric, classes: MapRecord["card"]["classes"]): Html {
  const pixels = typeof metric["pixels"] === "number" ? metric["pixels"] : null;
  const details = [metric["date"], metric["note"]].filter((text) => typeof text === "string");
  return html`<h3>Measured on ${metric.dataset}, ${metric.split}</h3><dl class="facts">
    <div><dt>Mean IoU</dt><dd>${scoreText(metric.meanIoU)}</dd></div><div><dt>Pixel accuracy</dt><dd>${scoreText(metric.pixelAccuracy)}</dd></div>
    ${pixels !== null && html`<div><dt>Labelled pixels</dt><dd>${pixels.toLocaleString("en-US")}</dd></div>`}</dl>
    ${details.length > 0 && html`<p class="note">${details.join(" · ")}</p>`}
    ${scoreTable(metric, classes)}`;
}

/** A row per class: its scores, and what is mapped as it is in truth (a column of the card's matrix, as shares). */
function scoreTable({ perClass, confusion }: Metric, classes: MapRecord["card"]["classes"]): Html | null {
  if (perClass === undefined && confusion === undefined) return null;
  const truth = html`<th class="m first" colspan="${classes.length}">Of what is mapped as the class, in truth</th>`;
  const names = classes.map(({ name }, i) => html`<th class="${i === 0 ? "m first" : "m"}">${name}</th>`);
  const rows = classes.map(({ name, color }, predicted) => {
    const scores = perClass?.[name];
    return html`<tr><td><span class="swatch" style="background:${color}"></span> ${name}</td><td class="n">${scoreText(scores?.iou)}</td>
      <td class="n">${scoreText(scores?.precision)}</td><td class="n">${scoreText(scores?.recall)}</td>${confusion !== undefined && truthCells(confusion, predicted)}</tr>`;
  });
  return html`<div class="wide"><table class="matrix"><thead>${confusion !== undefined && html`<tr><th colspan="4"></th>${truth}</tr>`}
    <tr><th>Class</th><th class="n">IoU</th><th class="n">Precision</th><th class="n">Recall</th>${confusion !== undefined && names}</tr></thead>
    <tbody>${rows}</tbody></table></div><p class="note">Precision: how much of what is mapped as a class is it. Recall: how much of a class is found.
    IoU: what is right, of all that is mapped as the class or is it.</p>`;
}

function truthCells(confusion: readonly (readonly number[])[], predicted: number): readonly Html[] {
  const total = confusion.reduce((sum, row) => sum + row[predicted]!, 0);
  return confusion.map((row, reference) => {
    const share = total === 0 ? null : row[predicted]! / total;
    const [red, green, blue] = reference === predicted ? [31, 111, 92] : [190, 70, 40];
    const colour = `rgba(${red},${green},${blue},${((share ?? 0) * 0.55).toFixed(2)})`;
    return html`<td class="${reference === 0 ? "m first" : "m"}" style="background:${colour}">${percentText(share, 0)}</td>`;
  });
}
