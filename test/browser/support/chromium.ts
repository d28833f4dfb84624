import { existsSync } from "node:fs";
import { type Browser, chromium, type Page } from "playwright-core";

/** Where Debian puts Chromium. */
const PATH = "/usr/bin/chromium";

export const HAS_CHROMIUM = existsSync(PATH);

/** The title of tests that need a browser. */
export function browserTitle(title: string): string {
  return HAS_CHROMIUM ? title : `${title} (skipped: no Chromium)`;
}

/** Software rendering, and nothing of the browser's own on the network. */
const FLAGS = [
  "--no-sandbox",
  "--enable-unsafe-swiftshader",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

export function launch(): Promise<Browser> {
  return chromium.launch({ executablePath: PATH, args: FLAGS });
}

/** A page that remembers what must not happen: errors, and requests to other hosts. */
export interface WatchedPage {
  readonly page: Page;
  readonly faults: readonly string[];
}

/** Opens a URL and waits until the map stands still. */
export async function open(browser: Browser, url: string): Promise<WatchedPage> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  const faults: string[] = [];
  page.on("console", (message) => {
    const slowReading = message.text().includes("GPU stall due to ReadPixels"); // of screenshots in software
    if (["error", "warning"].includes(message.type()) && !slowReading) faults.push(message.text());
  });
  page.on("pageerror", (error) => faults.push(error.message));
  page.on("request", (request) => {
    const { protocol, origin } = new URL(request.url());
    if (protocol.startsWith("http") && origin !== new URL(url).origin) faults.push(`asked ${request.url()}`);
  });
  await page.goto(url);
  await settle(page);
  return { page, faults };
}

/** Waits until every map shows all that it has to. */
export async function settle(page: Page): Promise<void> {
  await page.waitForSelector('[data-state="idle"], #notice[data-error]');
  await page.locator('[data-state="busy"]').first().waitFor({ state: "detached" });
}
