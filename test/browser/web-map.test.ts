import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { asyncBufferFromFile, parquetReadObjects } from "hyparquet";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type MapServer, serveFolder } from "../../src/serve/server.ts";
import { modelVariant } from "../support/model-variant.ts";
import { scratchFolder } from "../support/scratch.ts";
import { browserTitle, HAS_CHROMIUM, launch, open, settle, type WatchedPage } from "./support/chromium.ts";
import { mapFolder } from "./support/mapped-folder.ts";
import { staticServer } from "./support/static-server.ts";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
/** Pictures for people to look at; git ignores them. */
const SCREENSHOTS = new URL("./screenshots/", import.meta.url);
const scratch = scratchFolder();
const LOCAL = { host: "127.0.0.1", port: 0 };
let browser: Browser;
let before: string;
let server: MapServer;
let pair: MapServer;

beforeAll(async () => {
  if (!HAS_CHROMIUM) return;
  mkdirSync(SCREENSHOTS, { recursive: true });
  before = await mapFolder(scratch, "before");
  const after = await mapFolder(scratch, "after", { seed: 1 });
  server = await serveFolder(before, LOCAL);
  pair = await serveFolder(before, { ...LOCAL, other: after });
  browser = await launch();
}, 240_000);
afterAll(async () => {
  await browser?.close();
  await server?.close();
  await pair?.close();
});

/** Opens a view of the folder, looks, and checks that nothing went wrong meanwhile. */
async function view(url: string, act: (page: Page) => Promise<void>): Promise<void> {
  const watched: WatchedPage = await open(browser, url);
  try {
    await act(watched.page);
    expect(watched.faults).toEqual([]);
  } finally {
    await watched.page.close();
  }
}

/** The colour of a point of the map (px from its top left). */
async function colorAt(page: Page, x: number, y: number): Promise<string> {
  const png = await page.screenshot({ clip: { x, y, width: 1, height: 1 } });
  const { default: sharp } = await import("sharp");
  return [...(await sharp(png).removeAlpha().raw().toBuffer())].join(",");
}

const MIDDLE = [470, 400] as const;

describe.skipIf(!HAS_CHROMIUM)(browserTitle("the web map in a browser"), () => {
  test("shows the scene, its classes with their areas, and its model", () =>
    view(server.url, async (page) => {
      expect(await page.title()).toBe("before.tif · land cover");
      expect(await page.textContent("h1")).toBe("before.tif");
      expect(await page.textContent(".facts")).toContain("pixelwise 1.0.0");
      expect(await page.locator("tbody .name").allTextContents()).toEqual(["low", "middle", "high"]);
      expect(await page.textContent("tfoot")).toMatch(/Total10[78]100 %/);
      expect(await page.textContent("footer")).toContain("Imagery: Rendered by <b>landstitch</b>");
    }));

  test("one request tells all about an archive", async () => {
    const page = await browser.newPage();
    const asked: string[] = [];
    page.on("request", (request) => asked.push(new URL(request.url()).pathname));
    await page.goto(server.url);
    await settle(page);
    expect(asked.filter((path) => path === "/confidence-raster.pmtiles")).toHaveLength(1);
    await page.close();
  });

  test("a class that is switched off leaves the map and the table's shares", () =>
    view(`${server.url}#map=14/25.3125/57.0055`, async (page) => {
      await page.getByRole("button", { name: "Show all" }).first().click();
      await settle(page);
      const colors = async () => colorAt(page, ...MIDDLE);
      const shown = await colors();
      const changed: string[] = [];
      for (const name of ["low", "middle", "high"]) {
        await page.getByLabel(name, { exact: true }).uncheck();
        await settle(page);
        if ((await colors()) !== shown) changed.push(name);
        await page.getByLabel(name, { exact: true }).check();
        await settle(page);
      }
      expect(changed).toHaveLength(1);
      await page.getByLabel("low", { exact: true }).uncheck();
      const shares = await page.locator("tbody td:last-child").allTextContents();
      expect(shares[0]).toBe("–");
      expect(Number.parseFloat(shares[1]!) + Number.parseFloat(shares[2]!)).toBeCloseTo(100, 0);
      expect(await page.textContent("tfoot th")).toBe("Shown");
    }));

  test("a polygon that is clicked shows what its row in landcover.parquet says", () =>
    view(server.url, async (page) => {
      await zoomToPolygons(page);
      await page.mouse.click(...MIDDLE);
      await page.waitForSelector("#polygon dl");
      const facts = await page.locator("#polygon dd").allTextContents();
      const rows = await parquetReadObjects({
        file: await asyncBufferFromFile(join(before, "landcover.parquet")),
        columns: ["id", "class", "area_m2", "mean_confidence"],
        compressors: { GZIP: (bytes: Uint8Array) => gunzipSync(bytes) },
      });
      const row = rows.find(({ id }) => String(id) === facts[3])!;
      expect(await page.textContent("#polygon h2")).toBe(row["class"]);
      const area = Number(row["area_m2"]);
      expect(facts[0]).toBe(
        area < 10_000
          ? `${Math.round(area).toLocaleString("en")} m²`
          : `${Number((area / 10_000).toPrecision(3))} ha`,
      );
      expect(facts[2]).toBe(`${Number(row["mean_confidence"]).toFixed(1)} %`);
      await page.keyboard.press("Escape");
      expect(await page.isHidden("#polygon")).toBe(true);
    }));

  test("the outline of a polygon is drawn around all of it", () =>
    view(server.url, async (page) => {
      await zoomToPolygons(page);
      await page.mouse.click(...MIDDLE);
      await page.waitForSelector("#polygon dl");
      await settle(page);
      expect(await yellowPixels(page)).toBeGreaterThan(200);
      await page.keyboard.press("Escape");
      await settle(page);
      expect(await yellowPixels(page)).toBe(0);
    }));

  test("the swipe moves by mouse and by keyboard", () =>
    view(server.url, async (page) => {
      await page.getByRole("button", { name: "Compare with imagery" }).click();
      const handle = page.getByRole("slider", { name: /Swipe between Imagery/ });
      expect(await handle.getAttribute("aria-valuenow")).toBe("50");
      await settle(page);
      const left = await colorAt(page, 300, 300);
      await page.mouse.move(472, 300);
      await page.mouse.down();
      await page.mouse.move(200, 300, { steps: 4 });
      await page.mouse.up();
      expect(await handle.getAttribute("aria-valuenow")).toBe("21");
      expect(await colorAt(page, 300, 300)).not.toBe(left);
      await handle.focus();
      await page.keyboard.press("ArrowRight");
      expect(await handle.getAttribute("aria-valuenow")).toBe("23");
      await page.keyboard.press("Home");
      expect(await handle.getAttribute("aria-valuetext")).toBe("0 % Imagery, 100 % Land cover");
    }));

  test("a permalink restores the view, the layer, the opacity, the classes and the polygon", () =>
    view(server.url, async (page) => {
      await zoomToPolygons(page);
      await page.mouse.click(...MIDDLE);
      await page.waitForSelector("#polygon dl");
      await page.getByLabel("low", { exact: true }).uncheck();
      await page.locator("#opacity").fill("45");
      await settle(page);
      const [link, polygon] = [page.url(), await page.textContent("#polygon")];
      await view(link, async (again) => {
        await again.waitForSelector("#polygon dl");
        expect(await again.textContent("#polygon")).toBe(polygon);
        expect(await again.getByLabel("low", { exact: true }).isChecked()).toBe(false);
        expect(await again.locator("#opacity").inputValue()).toBe("45");
        expect(await again.textContent(".coordinates")).toContain("z16.0");
      });
    }));

  test("all of it can be done by keyboard: the polygon under the cross is chosen by Enter", () =>
    view(server.url, async (page) => {
      await zoomToPolygons(page);
      await page.locator("#map canvas").focus();
      await page.keyboard.press("ArrowRight");
      await settle(page);
      await page.keyboard.press("Enter");
      await page.waitForSelector("#polygon dl");
      expect(await page.textContent("#announcer")).toContain("Mean confidence");
    }));

  test("two runs are compared: areas beside each other, and each side its own polygons", () =>
    view(pair.url, async (page) => {
      expect(await page.title()).toBe("before.tif and after.tif · land cover");
      expect(await page.locator("thead th").allTextContents()).toEqual([
        "Class",
        "Before",
        "After",
        "Change, ha",
      ]);
      expect(await page.getByRole("slider", { name: /Swipe between Before .* After/ }).count()).toBe(1);
      await zoomToPolygons(page);
      await page.mouse.click(700, 420);
      await page.waitForSelector("#polygon dl");
      expect(await page.textContent("#polygon h2")).toMatch(/ · After$/);
      await page.mouse.click(300, 420);
      await expect.poll(() => page.textContent("#polygon h2")).toMatch(/ · Before$/);
    }));

  test("a plain static host that answers ranges is enough", async () => {
    const host = await staticServer(before, { ranges: true });
    await view(host.url, async (page) => {
      await zoomToPolygons(page);
      await page.mouse.click(...MIDDLE);
      await page.waitForSelector("#polygon dl");
    });
    host.close();
  });

  test("a link that compares with a folder of another host is refused", async () => {
    const { page, faults } = await open(browser, `${server.url}#compare=http://example.org/run/`);
    expect(await page.textContent("#notice")).toContain("not on this host");
    expect(faults).toEqual([]);
    await page.close();
  });

  test("a folder without a finished run says so", async () => {
    const empty = await serveFolder(scratchFolder(), LOCAL);
    const { page } = await open(browser, empty.url);
    expect(await page.textContent("#notice")).toContain("run.json is missing");
    await page.close();
    await empty.close();
  });

  test("names are text, whatever they contain", async () => {
    const attack = `<img src=x onerror="document.title='attacked'">`;
    const names = [attack, "__proto__", `\u202Eمياه 地図 ${"verylong".repeat(100)}`];
    const classes = names.map((name, id) => ({ id, name, color: "#336699" }));
    const model = modelVariant(join(scratch, "hostile model"), { card: { classes } });
    const hostile = await mapFolder(scratch, "hostile", { model });
    const path = join(hostile, "run.json");
    const run = JSON.parse(readFileSync(path, "utf8"));
    run.inputs[0].path = attack;
    run.model = { name: attack, version: attack };
    run.config.attribution = attack;
    run.warnings = [{ code: attack, message: attack }];
    run.files.push({ name: `javascript:${attack}`, bytes: 1 });
    writeFileSync(path, JSON.stringify(run));
    const attacked = await serveFolder(hostile, LOCAL);
    await view(attacked.url, async (page) => {
      expect(await page.locator("#panel img").count()).toBe(0);
      expect(await page.title()).toContain("<img");
      expect(await page.textContent("footer")).toContain(attack);
      const legend = await page.textContent("#panel");
      for (const name of names) expect(legend).toContain(name);
      const hidden = await page.locator("#panel").evaluate((panel) => panel.scrollWidth - panel.clientWidth);
      expect(hidden).toBe(0);
      await page.screenshot({ path: fileURLToPath(new URL("hostile-names.png", SCREENSHOTS)) });
    });
    await attacked.close();
  });
});

/** Violations that axe finds on the page as it is, with the elements. */
async function barriers(page: Page): Promise<string[]> {
  await page.evaluate(`${AXE}; undefined`);
  return page.evaluate(async () => {
    const { axe } = globalThis as unknown as {
      axe: { run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
    };
    const { violations } = await axe.run();
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`);
  });
}

const LOOKS = [
  { look: "light", dark: false, width: 1280, height: 800 },
  { look: "dark", dark: true, width: 1280, height: 800 },
  { look: "phone", dark: false, width: 390, height: 844 },
] as const;

describe.skipIf(!HAS_CHROMIUM)(browserTitle("axe finds no barrier, light, dark and on a phone:"), () => {
  test.each([
    { state: "opened", hash: "" },
    { state: "polygon", hash: "" },
    { state: "swipe", hash: "#split=0.4" },
    { state: "confidence", hash: "#layer=confidence&hide=1" },
    { state: "runs", hash: "" },
  ])("$state", ({ state, hash }) =>
    view(`${state === "runs" ? pair.url : server.url}${hash}`, async (page) => {
      if (state === "polygon") {
        await zoomToPolygons(page);
        await page.mouse.click(...MIDDLE);
        await page.waitForSelector("#polygon dl");
      }
      for (const summary of await page.locator("summary").all()) await summary.click();
      for (const { look, dark, ...size } of LOOKS) {
        await page.setViewportSize(size);
        await page.emulateMedia({ colorScheme: dark ? "dark" : "light" });
        await settle(page);
        await page.screenshot({ path: fileURLToPath(new URL(`${state}-${look}.png`, SCREENSHOTS)) });
        expect(await barriers(page)).toEqual([]);
      }
    }),
  );
});

/** Moves to a zoom at which polygons can be chosen, in the middle of the scene. */
async function zoomToPolygons(page: Page): Promise<void> {
  const hash = new URLSearchParams(new URL(page.url()).hash.slice(1));
  const [, lat, lon] = (hash.get("map") ?? `0/${CENTER}`).split("/");
  hash.set("map", `16/${lat}/${lon}`);
  await page.evaluate(`location.hash = ${JSON.stringify(decodeURIComponent(hash.toString()))}`);
  await page.locator(".coordinates", { hasText: "z16.0" }).waitFor();
  await settle(page);
}

/** Latitude and longitude of the middle of the scene. */
const CENTER = "25.31115/57.00596";

/** Pixels of the map in the colour of an outline. */
async function yellowPixels(page: Page): Promise<number> {
  const { default: sharp } = await import("sharp");
  const png = await page.locator("#map").screenshot();
  const pixels = await sharp(png).removeAlpha().raw().toBuffer();
  let count = 0;
  for (let i = 0; i < pixels.length; i += 3) {
    if (pixels[i]! > 240 && pixels[i + 1]! > 210 && pixels[i + 2]! < 110) count++;
  }
  return count;
}
