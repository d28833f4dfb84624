import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { mapScene } from "../../src/pipeline/map-scene.ts";
import { openScene } from "../../src/scene/open-scene.ts";
import { gdalReports, hasGdal } from "../raster/support/gdal.ts";
import { fixtureModelPath } from "../support/fixture-model.ts";
import { scratchFolder } from "../support/scratch.ts";

const SCENES = fileURLToPath(new URL("../../../shared/data/scenes/", import.meta.url));
const runs = existsSync(SCENES) && hasGdal;
const skipped = runs ? "" : ` (skipped: no ${hasGdal ? "shared data" : "GDAL"})`;
const scratch = scratchFolder();

/** Each is mapped whole by "pixelwise", from the bands named (from 1), stretched where they have sixteen bits. */
test.skipIf(!runs).each([
  { scene: "naip_va_1m_a", bands: [1, 2, 3] },
  { scene: "naip_nd_5m_20140720", bands: [4, 1, 2] },
  { scene: "drone_poznan_2cm_rgba", bands: [1, 2, 3] },
  { scene: "riocogeo_1024_rgba_webmercator", bands: [1, 2, 3] },
  { scene: "umbra_sar_rotated_utm59s", bands: [1, 1, 1] },
  { scene: "landsat7_L7_ETMs_6band_olinda", bands: [3, 2, 1] },
  { scene: "s2_ftw_8band_u16_utm33n", bands: [7, 3, 2], rescale: [95, 95 + 255 * 11] as [number, number] },
])(
  `a real scene is mapped as GDAL's pixels say, where GDAL puts it: $scene${skipped}`,
  async ({ scene, ...how }) => {
    const [path, out] = [join(SCENES, `${scene}.tif`), join(scratch, scene)];
    await mapScene(path, out, {
      ...how,
      model: fixtureModelPath("pixelwise"),
      chip: 256,
      overlap: 32,
      device: "cpu",
      gsd: "native",
      outputs: ["landcover", "confidence"],
    });
    const labels = await labelsOf(join(out, "landcover.tif"));
    expect(Buffer.compare(labels, directly(path, how))).toBe(0);

    const [landcover, confidence] = gdalReports(
      ["landcover.tif", "confidence.tif"].map((file) => join(out, file)),
    );
    const { geoTransform, coordinateSystem } = gdalinfo(path);
    for (const report of [landcover!, confidence!]) {
      expect(report).toMatchObject({ cogErrors: [], cogWarnings: [], nodata: 255 });
      expect(report.transform).toEqual(geoTransform.map((value) => expect.closeTo(value, 9) as number));
    }
    expect(gdalinfo(join(out, "landcover.tif")).coordinateSystem.wkt.split("\n")[0]).toBe(
      coordinateSystem.wkt.split("\n")[0],
    );
  },
);

async function labelsOf(path: string): Promise<Uint8Array> {
  const map = await openScene(path);
  const { width, height } = map.grid;
  const { data } = await map.read({ col: 0, row: 0, width, height });
  await map.close();
  return data as Uint8Array;
}

/** (r + g + b) >> 8 of GDAL's pixels, 255 where none of the imagery bands has data. */
function directly(
  path: string,
  { bands, rescale }: { readonly bands: readonly number[]; readonly rescale?: readonly [number, number] },
): Uint8Array {
  const { bands: all } = gdalinfo(path);
  const imagery = all.flatMap(({ colorInterpretation }, i) =>
    colorInterpretation === "Alpha" ? [] : [i + 1],
  );
  const values = rawPixels(path, bands.map(String), all[0]!.type === "UInt16");
  const masks = rawPixels(
    path,
    imagery.map((band) => `mask,${band}`),
    false,
  );
  const [min, max] = rescale ?? [0, 255];
  const direct = new Uint8Array(values.length / bands.length).fill(255);
  for (let i = 0; i < direct.length; i++) {
    let valid = 0;
    for (let k = 0; k < imagery.length; k++) valid |= masks[i * imagery.length + k]!;
    if (valid === 0) continue;
    let sum = 0;
    for (let k = 0; k < bands.length; k++) {
      const scaled = ((values[i * bands.length + k]! - min) / (max - min)) * 255;
      sum += Math.round(Math.min(255, Math.max(0, scaled)));
    }
    direct[i] = sum >> 8;
  }
  return direct;
}

/** Bands of a raster as gdal_translate writes them, interleaved by pixel. */
function rawPixels(path: string, bands: readonly string[], sixteenBits: boolean): Uint8Array | Uint16Array {
  const raw = join(scratch, "raw.bin");
  const chosen = bands.flatMap((band) => ["-b", band]);
  execFileSync("gdal_translate", ["-q", "-of", "ENVI", "-co", "INTERLEAVE=BIP", ...chosen, path, raw], {
    stdio: "ignore",
  });
  const bytes = new Uint8Array(readFileSync(raw));
  return sixteenBits ? new Uint16Array(bytes.buffer) : bytes;
}

interface GdalInfo {
  readonly geoTransform: readonly number[];
  readonly coordinateSystem: { readonly wkt: string };
  readonly bands: readonly { readonly type: string; readonly colorInterpretation: string }[];
}

function gdalinfo(path: string): GdalInfo {
  return JSON.parse(
    execFileSync("gdalinfo", ["-json", path], { encoding: "utf8", stdio: "pipe" }),
  ) as GdalInfo;
}
