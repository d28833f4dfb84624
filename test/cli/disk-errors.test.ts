import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, statfsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { fixtureModelPath } from "../support/fixture-model.ts";
import { callCli, runCli } from "../support/run-cli.ts";
import { scratchFolder } from "../support/scratch.ts";
import { expectNoOutput, expectUserError } from "../support/user-error.ts";
import { writeScene } from "../support/write-scene.ts";

const scratch = scratchFolder();
const scene = join(scratch, "scene.tif");
beforeAll(async () => void (await writeScene(scene, { width: 300, height: 280 })));

function argsFor(out: string): string[] {
  return [
    "map",
    scene,
    "-o",
    out,
    "-m",
    fixtureModelPath("pixelwise"),
    "--device",
    "cpu",
    "--workers",
    "2",
    "--quiet",
  ];
}

describe("an output folder that cannot be written is refused:", () => {
  test("a file is in its place", async () => {
    const file = join(scratch, "file");
    writeFileSync(file, "mine");
    expectUserError(
      await callCli(...argsFor(file)),
      /file cannot be written: .*exist/,
      /another folder with -o/,
    );
  });

  test("a file is in its path", async () => {
    const out = join(scratch, "file", "below");
    writeFileSync(join(scratch, "file"), "mine");
    expectUserError(
      await callCli(...argsFor(out)),
      /below cannot be written: ENOTDIR/,
      /another folder with -o/,
    );
  });

  test("a folder has the name of an output", async () => {
    const out = join(scratch, "taken");
    mkdirSync(join(out, "landcover.tif"), { recursive: true });
    writeFileSync(join(out, "landcover.tif", "mine.txt"), "mine");
    expectUserError(
      await callCli(...argsFor(out)),
      /taken cannot be written: .*landcover\.tif/,
      /another folder with -o/,
    );
    expect(readdirSync(out)).toEqual(["landcover.tif"]);
  });
});

/** A small disk of its own, where this process may make one. */
const disk = join(scratch, "disk");
const DISK_KILOBYTES = 8192;
const mounted = mountDisk();

function mountDisk(): boolean {
  mkdirSync(disk);
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", `size=${DISK_KILOBYTES}k`, "tmpfs", disk], {
      stdio: "ignore",
    });
    return true;
  } catch {
    return false;
  }
}

afterAll(() => {
  if (mounted) execFileSync("umount", [disk]);
});

describe.skipIf(!mounted)(`a full disk${mounted ? "" : " (skipped: no right to mount a small one)"}`, () => {
  const out = join(disk, "out");
  const ballast = join(disk, "ballast");

  function leaveFree(kilobytes: number): void {
    writeFileSync(ballast, "");
    const { bavail, bsize } = statfsSync(disk);
    writeFileSync(ballast, Buffer.alloc(bavail * bsize - kilobytes * 1024));
  }

  test("is told in two lines at whatever stage it strikes, and nothing is left", async () => {
    const stages = new Set<string>();
    for (const kilobytes of [8, 24, 56, 88, 120, 152, 184, 216]) {
      leaveFree(kilobytes);
      const result = await callCli(...argsFor(out));
      if (result.code === 0) break;
      expectUserError(result, /no space left on the disk/, /Free some space/);
      expectNoOutput(out);
      stages.add(/([\w-]+\.\w+): no space/.exec(result.stderr)![1]!);
    }
    expect([...stages]).toEqual(
      expect.arrayContaining([expect.stringMatching(/\.tif$/), "landcover.parquet"]),
    );
  });

  test("ends the process with exit 2", async () => {
    leaveFree(24);
    expectUserError(await runCli(argsFor(out)), /no space left on the disk/, /Free some space/);
    expectNoOutput(out);
  });

  test("is no matter when there is room again", async () => {
    writeFileSync(ballast, "");
    expect((await callCli(...argsFor(out))).code).toBe(0);
    expect(readdirSync(out)).toContain("run.json");
  });
});
