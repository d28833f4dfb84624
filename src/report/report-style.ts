/** The report's looks: A4 on paper, one readable column on a screen. No request leaves the file. */
export const REPORT_STYLE = `
@page { size: A4; margin: 14mm 15mm 15mm; }
:root { --ink: #1d2329; --soft: #5b6670; --line: #d9dee3; --accent: #1f6f5c; }
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body { margin: 0; background: #e9edf0; color: var(--ink); font: 14px/1.5 system-ui, "Segoe UI", Roboto, "Helvetica Neue", "DejaVu Sans", sans-serif; font-variant-numeric: tabular-nums; overflow-wrap: break-word; }
main { max-width: 210mm; margin: 24px auto; padding: 14mm 15mm; background: #fff; box-shadow: 0 1px 12px #0002; }
header { border-bottom: 3px solid var(--accent); padding-bottom: 10px; }
h1 { font-size: 25px; line-height: 1.2; margin: 0 0 4px; letter-spacing: -.01em; }
h2 { font-size: 16px; margin: 26px 0 8px; break-after: avoid; }
h3 { font-size: 13px; margin: 14px 0 4px; color: var(--soft); font-weight: 600; break-after: avoid; }
p { margin: 6px 0; }
.lead, .note, figcaption { color: var(--soft); }
.note, figcaption { font-size: 12px; }
.warnings { margin: 14px 0; padding: 8px 14px; border-left: 4px solid #d08a00; background: #fff7e6; break-inside: avoid; }
.warnings ul { margin: 4px 0; padding-left: 18px; }
.facts { display: flex; flex-wrap: wrap; gap: 6px 22px; margin: 12px 0 0; }
.facts dt { font-size: 11px; color: var(--soft); text-transform: uppercase; letter-spacing: .04em; }
.facts dd { margin: 0; font-size: 15px; font-weight: 600; }
.pictures { display: grid; grid-template-columns: 1fr 1fr; gap: 14px; margin: 16px 0 0; }
figure { margin: 0; break-inside: avoid; }
figure img { display: block; max-width: 100%; max-height: 84mm; background: repeating-conic-gradient(#eef1f3 0 25%, #fff 0 50%) 0 0 / 12px 12px; border: 1px solid var(--line); }
figcaption { margin-top: 4px; }
figcaption b { color: var(--ink); }
.legend { list-style: none; margin: 0; padding: 0; }
.legend li { display: grid; grid-template-columns: 16px 1fr auto; gap: 2px 8px; align-items: center; padding: 4px 0; border-top: 1px solid var(--line); }
.legend li:first-child { border-top: 0; }
.legend .what { grid-column: 2 / 4; font-size: 11.5px; line-height: 1.35; color: var(--soft); }
.swatch { display: inline-block; width: 14px; height: 14px; border: 1px solid #0005; border-radius: 2px; vertical-align: -2px; print-color-adjust: exact; -webkit-print-color-adjust: exact; }
.ramp { height: 10px; border: 1px solid #0003; margin-top: 5px; print-color-adjust: exact; -webkit-print-color-adjust: exact; }
.ends { display: flex; justify-content: space-between; font-size: 11px; color: var(--soft); }
table { width: 100%; border-collapse: collapse; margin: 8px 0; font-size: 12.5px; }
th { text-align: left; font-weight: 600; color: var(--soft); font-size: 11.5px; vertical-align: bottom; }
th, td { padding: 4px 6px; border-bottom: 1px solid var(--line); }
th:first-child, td:first-child { padding-left: 0; }
tr { break-inside: avoid; }
.n { text-align: right; white-space: nowrap; }
th.n { white-space: normal; }
tr.total td { font-weight: 600; border-top: 2px solid var(--line); }
td:first-child { min-width: 28mm; }
td.bar { width: 27%; padding-right: 0; }
td.bar svg { display: block; width: 100%; height: auto; }
.matrix .m { text-align: center; white-space: nowrap;  print-color-adjust: exact; -webkit-print-color-adjust: exact; }
.matrix .first { border-left: 12px solid #fff; }
code, .legend, dd { overflow-wrap: anywhere; }
.two { display: grid; grid-template-columns: 1fr 1fr; gap: 0 26px; }
dl.pairs { display: grid; grid-template-columns: max-content 1fr; gap: 3px 14px; margin: 6px 0; font-size: 12.5px; }
dl.pairs dt { color: var(--soft); }
dl.pairs dd { margin: 0; }
code { font: 11.5px/1.45 ui-monospace, "DejaVu Sans Mono", Menlo, monospace; }
footer { margin-top: 26px; padding-top: 8px; border-top: 1px solid var(--line); font-size: 11.5px; color: var(--soft); }
@media (max-width: 640px) { main { margin: 0; padding: 16px; } .pictures, .two { grid-template-columns: 1fr; } .wide { overflow-x: auto; } }
@media print { body { background: #fff; font-size: 10.5pt; } main { margin: 0; padding: 0; max-width: none; box-shadow: none; } h1 { font-size: 20pt; } figure img { max-height: 78mm; } }
`;
