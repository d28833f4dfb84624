import { chmod, mkdir, readdir, rm, stat, symlink } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { UserError } from "../../src/errors.ts";
import { createCog } from "../../src/raster/cog-writer.ts";
import { writeError } from "../../src/raster/write-error.ts";
import { NORTH_UP, temporaryFolder } from "./support/rasters.ts";

const options = {
  grid: { width: 4000, height: 600, affine: NORTH_UP, crs: null },
  sampleType: "uint8",
  overviews: "mode",
} as const;

test("a folder that is not there is named", async () => {
  const path = join(await temporaryFolder(), "nowhere", "a.tif");
  await expect(createCog(path, options)).rejects.toMatchObject({
    code: "missing-folder",
    message: expect.stringContaining("nowhere") as string,
    hint: expect.stringContaining("-o") as string,
  });
});

const isRoot = process.getuid?.() === 0;
test.skipIf(isRoot)(
  `a folder that may not be written to is named${isRoot ? " (skipped: root may write anywhere)" : ""}`,
  async () => {
    const folder = await temporaryFolder();
    await mkdir(join(folder, "locked"));
    await chmod(join(folder, "locked"), 0o500);
    await expect(createCog(join(folder, "locked", "a.tif"), options)).rejects.toMatchObject({
      code: "not-writable",
    });
  },
);

const full = await stat("/dev/full").then(
  () => true,
  () => false,
);
test.skipIf(!full).each(["a.tif.part.0", "a.tif.part.2", "a.tif.part"])(
  `a full disk is named, and abort() cleans up${full ? "" : " (skipped: no /dev/full)"}: %s`,
  async (name) => {
    const folder = await temporaryFolder();
    await symlink("/dev/full", join(folder, name));
    const cog = await createCog(join(folder, "a.tif"), options);
    const written = async (): Promise<void> => {
      await cog.write({ data: new Uint8Array(4000 * 600), rows: 600 });
      await cog.finish();
    };
    await expect(written()).rejects.toMatchObject({
      code: "no-space",
      hint: expect.stringContaining("-o") as string,
    });
    await expect(cog.finish()).rejects.toThrow("failed");
    await cog.abort();
    expect(await readdir(folder)).toEqual([]);
    await rm(join(folder, name), { force: true });
  },
);

test.each([
  ["ENOSPC", "no-space"],
  ["EDQUOT", "no-space"],
  ["EACCES", "not-writable"],
  ["EROFS", "not-writable"],
  ["ENOTDIR", "missing-folder"],
  ["EISDIR", "is-a-folder"],
  ["EFBIG", "file-too-large"],
  ["EIO", "disk-failed"],
])("%s is an error that the user can fix", (errno, code) => {
  const error = writeError("out/a.tif", Object.assign(new Error(errno), { code: errno }));
  expect(error).toBeInstanceOf(UserError);
  expect(error).toMatchObject({ code, message: expect.stringMatching(/^out\/a\.tif: /) as string });
});

test("other errors stay what they are", () => {
  const error = new RangeError("ours");
  expect(writeError("a.tif", error)).toBe(error);
});
