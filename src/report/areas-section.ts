import { estimateShares, expectedAccuracy, type ShareEstimate, type Validation } from "./area-estimate.ts";
import { hectaresText, marginText, percentText } from "./figures.ts";
import { type Html, html } from "./html.ts";
import type { MapRecord, Metric } from "./map-record.ts";

/** The first validation of the card that says what the model confuses; null where none does. */
export function validationOf({ card }: Pick<MapRecord, "card">): {
  readonly metric: Metric;
  readonly validation: Validation;
} | null {
  const metric = card.metrics.find(({ confusion }) => confusion !== undefined);
  if (metric?.confusion === undefined) return null;
  return { metric, validation: { confusion: metric.confusion, designEffect: designEffectOf(metric) } };
}

/** The card's design effects; null where it has none, or not one for each class. */
function designEffectOf(metric: Metric): Validation["designEffect"] {
  const effects: unknown = metric["designEffect"];
  if (!Array.isArray(effects) || effects.length !== metric.confusion?.length) return null;
  return effects.map((effect: unknown) => (typeof effect === "number" && effect >= 1 ? effect : null));
}

/** The areas: as mapped, and corrected for what the model confuses, with a 95 % interval. */
export function areasSection(record: MapRecord): Html {
  const { areas } = record;
  const found = validationOf(record);
  const shares = areas.classes.map(({ share }) => share ?? 0);
  const estimates = found === null ? null : estimateShares(shares, found.validation);
  const scale = Math.max(...shares, ...(estimates ?? []).map((e) => e.estimated + (e.margin ?? 0)), 1e-9);
  const measured = areas.total.hectares !== null;
  const rows = areas.classes.map((area, i) => {
    const colour = record.card.classes[i]!.color;
    const estimate = estimates?.[i] ?? null;
    return html`<tr><td><span class="swatch" style="background:${colour}"></span> ${area.name}</td>
      ${measured && html`<td class="n">${hectaresText(area.hectares)}</td>`}<td class="n">${percentText(area.share)}</td>
      ${estimates !== null && estimateCells(estimate!, areas.total.hectares)}
      <td class="n">${area.meanConfidence === null ? "–" : `${area.meanConfidence.toFixed(0)} %`}</td>
      <td class="n">${percentText(area.lowConfidence)}</td>
      <td class="bar">${shareBar(area.share ?? 0, estimate, { colour, scale })}</td></tr>`;
  });
  return html`<h2>Areas</h2><div class="wide"><table><thead><tr><th>Class</th>${measured && html`<th class="n">Mapped, ha</th>`}
    <th class="n">Share</th>${estimates !== null && html`<th class="n">${measured ? "Estimated, ha" : "Estimated share"}</th>`}
    <th class="n">Mean<br>confidence</th><th class="n">Under 50 %<br>confidence</th>
    <th>Mapped share${estimates !== null && ", estimate and its 95 % interval"}</th></tr></thead>
    <tbody>${rows}${totalRow(record, estimates !== null)}</tbody></table></div>${explanation(record, estimates)}`;
}

function estimateCells({ estimated, margin }: ShareEstimate, total: number | null): Html {
  if (total === null)
    return html`<td class="n">${percentText(estimated)}${margin !== null && ` ± ${percentText(margin)}`}</td>`;
  const spread = margin === null ? null : ` ± ${marginText(margin * total)}`;
  return html`<td class="n"><b>${hectaresText(estimated * total)}</b>${spread}</td>`;
}

function totalRow({ areas }: MapRecord, estimated: boolean): Html {
  const { total } = areas;
  return html`<tr class="total"><td>All classes</td>${total.hectares !== null && html`<td class="n">${hectaresText(total.hectares)}</td>`}
    <td class="n">${percentText(total.share)}</td>${estimated && html`<td></td>`}
    <td class="n">${total.meanConfidence === null ? "–" : `${total.meanConfidence.toFixed(0)} %`}</td>
    <td class="n">${percentText(total.lowConfidence)}</td><td></td></tr>`;
}

/** A bar of the mapped share with the estimate as a dot and its interval as a line. */
function shareBar(
  share: number,
  estimate: ShareEstimate | null,
  { colour, scale }: { readonly colour: string; readonly scale: number },
): Html {
  const x = (value: number): string => ((Math.max(0, value) / scale) * 196 + 2).toFixed(1);
  const bar = html`<rect x="2" y="3" width="${((share / scale) * 196).toFixed(1)}" height="10" fill="${colour}" stroke="#0006" stroke-width=".6"/>`;
  const { estimated = 0, margin = null } = estimate ?? {};
  const line =
    estimate === null || margin === null
      ? null
      : html`<path d="M${x(estimated - margin)} 8H${x(estimated + margin)}M${x(estimated - margin)} 4.5V11.5M${x(estimated + margin)} 4.5V11.5" stroke="#fff" stroke-width="3.4" opacity=".75"/><path d="M${x(estimated - margin)} 8H${x(estimated + margin)}M${x(estimated - margin)} 4.5V11.5M${x(estimated + margin)} 4.5V11.5" stroke="#111" stroke-width="1.4"/>`;
  const dot =
    estimate !== null && html`<circle cx="${x(estimated)}" cy="8" r="2.8" fill="#111" stroke="#fff"/>`;
  return html`<svg viewBox="0 0 200 16" aria-hidden="true">${bar}${line}${dot}</svg>`;
}

function explanation(record: MapRecord, estimates: readonly ShareEstimate[] | null): Html {
  const found = validationOf(record);
  if (found === null)
    return html`<p class="note">No error can be estimated: the model's card has no confusion matrix.</p>`;
  const { metric, validation } = found;
  if (estimates === null)
    return html`<p class="note">No error can be estimated: a class of this map was never predicted in the model's validation.</p>`;
  const accuracy = expectedAccuracy(
    record.areas.classes.map(({ share }) => share ?? 0),
    validation,
  );
  const interval = estimates.every(({ margin }) => margin !== null)
    ? "The interval counts neighbouring pixels that are right or wrong together as one sample (design effect, measured in the same validation)."
    : "The card does not say how far neighbouring pixels err together, so there is no interval.";
  return html`<p class="note"><b>Mapped</b> counts the pixels of the map. <b>Estimated</b> corrects that for what the model confused in its
    validation (${metric.dataset}, ${metric.split}), by the error-adjusted estimator of Olofsson et al. (2014, <i>Remote Sensing of
    Environment</i> 148, 42–57)${accuracy !== null && `; by the same figures about ${percentText(accuracy, 0)} of this map is right`}. ${interval} Both hold
    only as far as this scene resembles that imagery: figures for decisions need reference points in the scene itself.</p>`;
}
