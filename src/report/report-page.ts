import { accuracySection } from "./accuracy-section.ts";
import { areasSection } from "./areas-section.ts";
import { countText, hectaresText, metresText, percentText, timeText } from "./figures.ts";
import { Html, html } from "./html.ts";
import type { MapRecord } from "./map-record.ts";
import { confidenceColour } from "./pictures.ts";
import { provenanceSection } from "./provenance-section.ts";
import { REPORT_STYLE } from "./report-style.ts";
import { nodataShare, reportWarnings } from "./warnings.ts";

/** The report's pictures as data URLs; null for a picture that there is not. */
export interface ReportPictures {
  readonly scene: string | null;
  readonly landcover: string;
  readonly confidence: string;
}

/** The report as one HTML file that asks for nothing else: pictures, legend, areas with their error, model, provenance. */
export function reportPage(record: MapRecord, pictures: ReportPictures): string {
  const { name, card } = record;
  const page = html`<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<title>Land cover of ${name}</title><style>${new Html(REPORT_STYLE)}</style></head><body><main>
<header><h1>Land cover of ${name}</h1><p class="lead">Mapped by ${card.name} ${card.version} on ${timeText(record.finished)}${
    record.attribution !== undefined && `. Imagery: ${record.attribution}`
  }</p></header>
${factList(record)}${warningList(record)}${pictureGrid(record, pictures)}
${areasSection(record)}
${accuracySection(record)}
${provenanceSection(record)}
<footer>Made with landstitch ${record.software["landstitch"] ?? ""}. The same facts for machines: run.json, areas.json and item.json beside this file.</footer>
</main></body></html>`;
  return `<!doctype html>\n${page.text}\n`;
}

function factList(record: MapRecord): Html {
  const { grid, gsd, areas } = record;
  const fact = (term: string, text: string): Html => html`<div><dt>${term}</dt><dd>${text}</dd></div>`;
  const { hectares, meanConfidence } = areas.total;
  return html`<dl class="facts">${hectares !== null && fact("Area with data", `${hectaresText(hectares)} ha`)}
    ${fact("Size", `${countText(grid.width)} × ${countText(grid.height)} px`)}${fact("Pixel", metresText(gsd))}
    ${fact("CRS", grid.crs === null ? "none" : grid.crs.epsg === null ? grid.crs.name : `EPSG:${grid.crs.epsg}`)}
    ${meanConfidence !== null && fact("Mean confidence", `${meanConfidence.toFixed(0)} %`)}
    ${nodataShare(record) > 0 && fact("Without data", percentText(nodataShare(record)))}</dl>`;
}

function warningList(record: MapRecord): Html | null {
  const warnings = reportWarnings(record);
  if (warnings.length === 0) return null;
  return html`<div class="warnings" role="note"><b>Before you rely on it</b><ul>${warnings.map((text) => html`<li>${text}</li>`)}</ul></div>`;
}

function pictureGrid(record: MapRecord, { scene, landcover, confidence }: ReportPictures): Html {
  const stops = [0, 20, 40, 60, 80, 100].map(
    (percent) => `rgb(${confidenceColour(percent).join(",")}) ${percent}%`,
  );
  return html`<div class="pictures">
    ${scene !== null && html`<figure><img src="${scene}" alt="The scene"><figcaption><b>Scene</b></figcaption></figure>`}
    <figure><img src="${landcover}" alt="Land cover in the colours of the legend"><figcaption><b>Land cover</b></figcaption></figure>
    <figure><img src="${confidence}" alt="Confidence from red, unsure, to green, sure"><figcaption><b>Confidence</b> of the class shown
      <div class="ramp" style="background:linear-gradient(90deg,${stops.join(",")})"></div><div class="ends"><span>0 %</span><span>50 %</span><span>100 %</span></div></figcaption></figure>
    <div><ul class="legend">${record.card.classes.map((item, i) => legendItem(item, record.areas.classes[i]?.share ?? null))}</ul></div></div>`;
}

function legendItem(
  { name, color, description }: MapRecord["card"]["classes"][number],
  share: number | null,
): Html {
  return html`<li><span class="swatch" style="background:${color}"></span><b>${name}</b><span>${percentText(share)}</span>
    ${description !== undefined && html`<span class="what">${description}</span>`}</li>`;
}
