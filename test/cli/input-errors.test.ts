import { copyFileSync, linkSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { fixtureModelPath } from "../support/fixture-model.ts";
import { modelVariant } from "../support/model-variant.ts";
import { callCli } from "../support/run-cli.ts";
import { scratchFolder } from "../support/scratch.ts";
import { tiffFixture } from "../support/tiff-fixture.ts";
import { expectNoOutput, expectUserError } from "../support/user-error.ts";
import { writeScene } from "../support/write-scene.ts";

const scratch = scratchFolder();
const at = (name: string): string => join(scratch, name);
const PIXELWISE = ["-m", fixtureModelPath("pixelwise"), "--device", "cpu", "--quiet"];

beforeAll(async () => {
  await writeScene(at("good.tif"), { width: 60, height: 50 });
  await writeScene(at("two-bands.tif"), { width: 8, height: 8, bands: 2, data: new Uint8Array(128) });
  await writeScene(at("sixteen-bits.tif"), { width: 8, height: 8, data: new Uint16Array(192) });
  await writeScene(at("landsat.tif"), { width: 40, height: 40, affine: [28.5, 0, 5e5, 0, -28.5, 28e5] });
  await sharp({ create: { width: 4, height: 4, channels: 3, background: "red" } })
    .png()
    .toFile(at("picture.png"));
  writeFileSync(at("notes.md"), "not a picture at all\n");
  writeFileSync(at("empty.tif"), "");
  mkdirSync(at("no-scenes"));
  const bytes = await sharp(at("good.tif")).raw().toBuffer();
  writeFileSync(
    at("header-only.tif"),
    Buffer.concat([Buffer.from("II*\0"), Buffer.from([8, 0, 0, 0]), bytes.subarray(0, 2)]),
  );
});

describe("map refuses, in two lines and with exit 2, a scene that", () => {
  const cases = [
    { what: "is missing", scene: "nowhere.tif", found: /nowhere\.tif: no such file/, hint: /path/ },
    {
      what: "is a folder without any",
      scene: "no-scenes",
      found: /no-scenes names no GeoTIFF/,
      hint: /folder of them, a pattern/,
    },
    { what: "is a PNG", scene: "picture.png", found: /picture\.png.*PNG/, hint: /./ },
    { what: "is text", scene: "notes.md", found: /notes\.md.*not a TIFF|no TIFF/i, hint: /./ },
    { what: "is empty", scene: "empty.tif", found: /empty\.tif.*empty/, hint: /./ },
    {
      what: "ends after its header",
      scene: "header-only.tif",
      found: /header-only\.tif/,
      hint: /copy it again/,
    },
    {
      what: "has too few bands",
      scene: "two-bands.tif",
      found: /has no band red, green, blue; it has 2 bands/,
      hint: /--bands 1,2,2/,
    },
    {
      what: "has another sample type than the model takes",
      scene: "sixteen-bits.tif",
      found: /holds uint16, but pixelwise takes uint8/,
      hint: /--rescale/,
    },
  ];
  test.each(cases)("$what", async ({ scene, found, hint, what }) => {
    const out = at(`out ${what}`);
    expectUserError(await callCli("map", at(scene), "-o", out, ...PIXELWISE), found, hint);
    expectNoOutput(out);
  });

  test.each([
    {
      what: "of 8 bits",
      flags: [],
      found: /holds uint8, but uint16-4band takes uint16/,
      hint: /scene of 16 bits/,
    },
    {
      what: "stretched to 8 bits",
      flags: ["--rescale", "auto"],
      found: /to 8 bits, but uint16-4band takes uint16/,
      hint: /Leave --rescale out/,
    },
  ])("is $what where the model takes 16 bits", async ({ what, flags, found, hint }) => {
    const out = at(`out ${what}`);
    const args = ["-m", fixtureModelPath("uint16-4band"), "--bands", "1,2,3,1", "--device", "cpu", ...flags];
    expectUserError(await callCli("map", at("good.tif"), "-o", out, ...args), found, hint);
    expectNoOutput(out);
  });

  test.each([
    { file: "unsupported-lerc.tif", found: /Compression.*LERC|LERC/i },
    { file: "unsupported-12-bits.tif", found: /BitsPerSample 12/ },
    { file: "unsupported-cmyk.tif", found: /Photometric.*CMYK|CMYK/i },
  ])("is stored in a way that is not supported: $file", async ({ file, found }) => {
    const out = at(`out ${file}`);
    expectUserError(
      await callCli("map", tiffFixture(file), "-o", out, ...PIXELWISE),
      found,
      /gdal_translate/,
    );
    expectNoOutput(out);
  });

  test("is so coarse that the model would see nothing in it", async () => {
    const model = modelVariant(at("metres"), { card: { gsd: { nominal: 1, min: 0.5, max: 2 } } });
    const out = at("out coarse");
    expectUserError(
      await callCli("map", at("landsat.tif"), "-o", out, "-m", model, "--device", "cpu"),
      /landsat\.tif: GSD is 28\.5 m, but this model works at 0\.5–2 m\./,
      /--gsd 1 to resample the scene anyway, or choose another model with -m/,
    );
    expectNoOutput(out);
  });

  test("cannot be resampled, since it has no georeference", async () => {
    const out = at("out no gsd");
    const args = ["map", tiffFixture("no-georeference.tif"), "-o", out, "--bands", "1,1,1", "--gsd", "2"];
    expectUserError(
      await callCli(...args, ...PIXELWISE),
      /resampled to 2 m, since its GSD is unknown/,
      /--gsd/,
    );
    expectNoOutput(out);
  });

  test("has no georeference where only tiles are asked for", async () => {
    const out = at("out only tiles");
    const args = ["map", tiffFixture("no-georeference.tif"), "-o", out, "--bands", "1,1,1", "-p", "web-map"];
    expectUserError(await callCli(...args, ...PIXELWISE), /has no georeference, so no tiles/, /--outputs/);
    expectNoOutput(out);
  });
});

describe("map refuses to write over its own scene", () => {
  test.each([
    { how: "under its own name", place: (scene: string, file: string) => copyFileSync(scene, file) },
    { how: "through a symbolic link", place: (scene: string, file: string) => symlinkSync(scene, file) },
    { how: "through a hard link", place: (scene: string, file: string) => linkSync(scene, file) },
  ])("$how", async ({ how, place }) => {
    const out = at(`own ${how}`);
    mkdirSync(out);
    const scene = how === "under its own name" ? join(out, "confidence.tif") : at(`scene ${how}.tif`);
    copyFileSync(at("good.tif"), scene);
    if (scene !== join(out, "confidence.tif")) place(scene, join(out, "confidence.tif"));
    expectUserError(
      await callCli("map", scene, "-o", out, ...PIXELWISE),
      /would be overwritten by confidence\.tif/,
      /another folder with -o/,
    );
    expect(readdirSync(out)).toEqual(["confidence.tif"]);
  });
});

describe("a URL that cannot be mapped is refused:", () => {
  const answers: Readonly<Record<string, RequestListener>> = {
    "/missing.tif": (_, response) => response.writeHead(404).end(),
    "/whole.tif": (_, response) => response.writeHead(200).end("II*\0"),
    "/login.tif": (_, response) => response.writeHead(403).end(),
  };
  let server: Server;
  let origin = "";
  beforeAll(async () => {
    server = createServer((request, response) => answers[request.url ?? ""]?.(request, response));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => server.close());

  test.each([
    { url: "/missing.tif", found: /missing\.tif: the server answered 404/, hint: /Check the address/ },
    { url: "/whole.tif", found: /whole file \(status 200\)/, hint: /Download the file/ },
    { url: "/login.tif", found: /answered 403/, hint: /login/ },
  ])("$url", async ({ url, found, hint }) => {
    const out = at(`out${url.replace("/", " ")}`);
    expectUserError(await callCli("map", `${origin}${url}`, "-o", out, ...PIXELWISE), found, hint);
    expectNoOutput(out);
  });

  test("no server there", async () => {
    const out = at("out no server");
    const url = "http://127.0.0.1:9/scene.tif";
    expectUserError(
      await callCli("map", url, "-o", out, ...PIXELWISE),
      /127\.0\.0\.1:9.*cannot be read/,
      /network/,
    );
    expectNoOutput(out);
  });
});
