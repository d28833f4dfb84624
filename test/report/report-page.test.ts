import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { escapeHtml, html } from "../../src/report/html.ts";
import type { MapRecord } from "../../src/report/map-record.ts";
import { reportPage } from "../../src/report/report-page.ts";
import { cardWith, mapRecord } from "./support/record.ts";

const PICTURE = "data:image/png;base64,AAAA";
const pageOf = (changes: Partial<MapRecord> = {}): string =>
  reportPage(mapRecord(changes), { scene: PICTURE, landcover: PICTURE, confidence: PICTURE });

/** The text of a page, tags taken out. */
const textOf = (page: string): string =>
  page
    .replace(/<style>.*?<\/style>/s, "")
    .replace(/<[^>]*>/g, " ")
    .replace(/\s+/g, " ");

describe("report.html", () => {
  test("tells areas as mapped and as estimated with their interval, and how right the model was", () => {
    const text = textOf(pageOf());
    expect(text).toContain("Mapped, ha");
    // 0.25 · 0.9 + 0.75 · 0.2 = 0.375 of 40 ha; 1.96 · √(0.0625 · 0.09 / 499 + 0.5625 · 0.16 / 249) · 40 = 1.5
    expect(text).toMatch(/water 10\.0 25\.0 % 15\.0 ± 1\.5/);
    expect(text).toContain("about 83 % of this map is right"); // 0.25 · 0.9 + 0.75 · 0.8 = 0.825
    expect(text).toMatch(/Mean IoU 0\.700 Pixel accuracy 0\.800/);
    expect(text).toContain("Some images");
    expect(text).toMatch(/map 1 min 01 s 1 min 40 s/);
  });

  test("says first what lessens its worth: the run's warnings, much nodata, much low confidence", () => {
    const { areas } = mapRecord();
    const text = textOf(
      pageOf({
        warnings: [{ code: "gsd", message: "scene.tif: GSD is 5 m, but the model was trained on 0.5–2 m" }],
        areas: { ...areas, total: { ...areas.total, lowConfidence: 0.3 } },
      }),
    );
    expect(text).toMatch(
      /Before you rely on it .*GSD is 5 m.* 20\.0 % of the map holds no data.* 50 % sure of 30\.0 %.*Mapped/,
    );
    const clean = mapRecord({ areas: { ...areas, nodata: { pixels: 0, hectares: 0 } } });
    expect(textOf(reportPage(clean, { scene: null, landcover: PICTURE, confidence: PICTURE }))).not.toContain(
      "Before you",
    );
  });

  test("gives no estimate without a confusion matrix, and says why", () => {
    const text = textOf(pageOf({ card: cardWith({ metrics: [] }) }));
    expect(text).not.toContain("Estimated");
    expect(text).toContain("card has no confusion matrix");
  });

  test("gives shares alone where the size of a pixel is unknown", () => {
    const { areas, grid } = mapRecord();
    const classes = areas.classes.map((area) => ({ ...area, hectares: null }));
    const text = textOf(
      pageOf({
        gsd: null,
        grid: { ...grid, crs: null },
        areas: { ...areas, method: "none", classes, total: { ...areas.total, hectares: null } },
      }),
    );
    expect(text).not.toMatch(/ ha\b/);
    expect(text).toMatch(/water 25\.0 % 37\.5 % ± 3\.8 %/);
  });

  test("lists the parts of the scene that were left out, and why", () => {
    const window = { col: 128, row: 256, width: 64, height: 32 };
    const skipped = Array.from({ length: 23 }, () => ({
      what: "block" as const,
      window,
      reason: "it cannot be decoded",
    }));
    const text = textOf(pageOf({ skipped }));
    expect(text).toMatch(/Before you rely on it .*23 parts of the scene could not be read/);
    expect(text).toContain("64 x 32 px at column 128, row 256 of the scene it cannot be decoded");
    expect(text).toContain("And 3 more: run.json lists all.");
    expect(textOf(pageOf())).not.toContain("left out");
  });

  test("asks for nothing outside itself, and could not", () => {
    const page = pageOf();
    expect(page).toContain(`default-src 'none'`);
    expect(page).not.toMatch(/\b(src|href)="(?!data:)/);
    expect(page).not.toMatch(/@import|url\(|<script|<link/);
  });

  const EVIL = `"><script>alert('x')</script>&amp;<img src=x onerror=1> \u{1F30D} 地図 \u0000\uD800`;
  test("escapes whatever file names, class names, cards, settings and warnings hold", () => {
    const record = mapRecord();
    const page = pageOf({
      name: EVIL,
      attribution: EVIL,
      inputs: [{ path: EVIL, bytes: 1, sha256: null }],
      warnings: [{ code: "x", message: EVIL }],
      config: { [EVIL]: EVIL, model: EVIL },
      software: { [EVIL]: EVIL, landstitch: EVIL },
      device: EVIL,
      stages: [{ stage: EVIL, seconds: 1, cpuSeconds: 1 }],
      skipped: [{ what: "chip", window: { col: 0, row: 0, width: 1, height: 1 }, reason: EVIL }],
      areas: { ...record.areas, classes: record.areas.classes.map((area) => ({ ...area, name: EVIL })) },
      card: cardWith({
        ...{ name: EVIL, version: EVIL, description: EVIL, license: EVIL, architecture: EVIL },
        classes: record.card.classes.map((one) => ({ ...one, name: EVIL, description: EVIL })),
        training: { data: EVIL, split: EVIL, command: EVIL },
        metrics: record.card.metrics.map((metric) => ({
          ...metric,
          dataset: EVIL,
          split: EVIL,
          date: EVIL,
          note: EVIL,
        })),
      }),
    });
    for (const forbidden of ["<script", "<img src=x", String.fromCharCode(0)])
      expect(page).not.toContain(forbidden);
    expect(Buffer.from(page).toString()).toBe(page);
    expect(page).toContain("&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&amp;amp;");
    expect(page).toContain("\u{1F30D} 地図 \uFFFD\uFFFD");
  });
});

describe("html templates", () => {
  test("escape text, keep HTML, join lists, and leave out null and false", () => {
    const part = html`<b>${"<&>"}</b>`;
    expect(html`<p title="${`"'`}">${part}${[1, "&"]}${null}${false}</p>`.text).toBe(
      '<p title="&quot;&#39;"><b>&lt;&amp;&gt;</b>1&amp;</p>',
    );
  });

  test("property: escaped text has no character that ends text or an attribute, and is well-formed", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        const escaped = escapeHtml(text);
        expect(escaped).not.toMatch(/[<>"']|&(?!(amp|lt|gt|quot|#39);)/);
        expect(Buffer.from(escaped).toString()).toBe(escaped);
      }),
    );
  });
});
