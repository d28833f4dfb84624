import { spawnSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll } from "vitest";

/** A temporary folder for the tests of a file; `in` gives a path in it. */
export function tileFolder(): { in: (name: string) => string; readonly path: string } {
  let path = "";
  beforeAll(async () => {
    path = await mkdtemp(join(tmpdir(), "tiles-"));
  });
  afterAll(() => rm(path, { recursive: true }));
  return {
    in: (name) => join(path, name),
    get path() {
      return path;
    },
  };
}

/** True when GDAL is installed and has a driver of this name. */
export function hasGdalDriver(name: string): boolean {
  const formats = spawnSync("ogrinfo", ["--formats"], { encoding: "utf8" });
  return formats.status === 0 && formats.stdout.includes(` ${name} `);
}

/** A title that says why a test is skipped. */
export function gdalTitle(driver: string, title: string): string {
  return hasGdalDriver(driver) ? title : `${title} (skipped: no GDAL with the ${driver} driver)`;
}
