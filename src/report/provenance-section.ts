import { describeWindow } from "../geo/window.ts";
import { bytesText, countText, secondsText, timeText } from "./figures.ts";
import { type Html, html } from "./html.ts";
import { fileNameOf, type MapRecord } from "./map-record.ts";

/** How the map was made: inputs, settings, time. */
export function provenanceSection(record: MapRecord): Html {
  const { chips, device, workers, software, peakMemoryBytes } = record;
  const versions = Object.entries(software).map(([name, version]) => `${name} ${version}`);
  return html`<h2>How it was made</h2><div class="two"><div><h3>Run</h3><dl class="pairs">
    <dt>Started</dt><dd>${timeText(record.started)}</dd><dt>Finished</dt><dd>${timeText(record.finished)}</dd>
    <dt>Device</dt><dd>${device}, ${workers} ${workers === 1 ? "worker" : "workers"}</dd>
    <dt>Chips</dt><dd>${countText(chips.planned)}, of which ${countText(chips.withoutData)} without data</dd>
    <dt>Peak memory</dt><dd>${bytesText(peakMemoryBytes)}</dd><dt>Software</dt><dd>${versions.join(", ")}</dd></dl></div>
    <div><h3>Settings</h3><dl class="pairs">${Object.entries(record.config).map(([key, value]) => settingPair(key, value))}</dl></div></div>
    ${leftOut(record)}${timings(record)}<h3>Input</h3>${record.inputs.map(inputPart)}`;
}

/** More windows than these are only counted: run.json lists all. */
const LISTED = 20;

function leftOut({ skipped }: MapRecord): Html | null {
  if (skipped.length === 0) return null;
  const rows = skipped.slice(0, LISTED).map(
    ({ what, window, reason }) => html`<tr><td>${what === "block" ? "not read" : "not inferred"}</td>
      <td>${describeWindow(window)} of the ${what === "block" ? "scene" : "map"}</td><td>${reason}</td></tr>`,
  );
  const more = skipped.length - LISTED;
  return html`<h3>What was left out</h3><table><thead><tr><th>Part</th><th>Where</th><th>Why</th></tr></thead><tbody>${rows}</tbody></table>
    ${more > 0 && html`<p>And ${countText(more)} more: run.json lists all.</p>`}`;
}

function settingPair(key: string, value: unknown): Html | null {
  if (value === undefined || key === "$schema" || key === "description") return null;
  const text = Array.isArray(value)
    ? value.join(", ")
    : typeof value === "string"
      ? value
      : JSON.stringify(value);
  return html`<dt>${key}</dt><dd>${text}</dd>`;
}

function timings({ stages }: MapRecord): Html {
  const longest = Math.max(...stages.map(({ seconds }) => seconds), 1e-9);
  const rows = stages.map(
    ({
      stage,
      seconds,
      cpuSeconds,
    }) => html`<tr><td>${stage}</td><td class="n">${secondsText(seconds)}</td><td class="n">${secondsText(cpuSeconds)}</td>
      <td class="bar"><svg viewBox="0 0 200 16" preserveAspectRatio="none" aria-hidden="true"><rect y="4" height="8" width="${((seconds / longest) * 200).toFixed(1)}" fill="#1f6f5c"/></svg></td></tr>`,
  );
  const total = (key: "seconds" | "cpuSeconds"): string =>
    secondsText(stages.reduce((sum, stage) => sum + stage[key], 0));
  return html`<h3>Time</h3><table><thead><tr><th>Stage</th><th class="n">Time</th><th class="n">CPU time</th><th></th></tr></thead>
    <tbody>${rows}<tr class="total"><td>All stages</td><td class="n">${total("seconds")}</td><td class="n">${total("cpuSeconds")}</td><td></td></tr></tbody></table>`;
}

function inputPart({ path, bytes, sha256 }: MapRecord["inputs"][number]): Html {
  return html`<dl class="pairs"><dt>File</dt><dd>${fileNameOf(path)}${bytes !== null && `, ${bytesText(bytes)}`}</dd>
    ${sha256 !== null && html`<dt>SHA-256</dt><dd><code>${sha256}</code></dd>`}</dl>`;
}
