import { fromArrayBuffer } from "geotiff";
import { expect, test } from "vitest";
import type { Affine } from "../../src/geo/affine.ts";
import type { Crs } from "../../src/geo/crs.ts";
import { geoTags } from "../../src/raster/geo-tags.ts";
import { encodeTiffHeader, TAG, type TiffTag } from "../../src/raster/tiff-encoder.ts";
import { NORTH_UP, UTM40 } from "./support/rasters.ts";

const OWN_CRS: Crs = {
  ...UTM40,
  epsg: null,
  geoKeys: [
    { id: 3080, type: "double", value: [12.5] },
    { id: 1024, type: "short", value: 1 },
    { id: 2057, type: "double", value: [6378137, 298.25] },
    { id: 1026, type: "ascii", value: "Grid of the site" },
    { id: 3073, type: "ascii", value: "second|" },
  ],
};

/** The first image of a TIFF with these tags, as geotiff.js sees it. */
async function read(tags: readonly TiffTag[]) {
  const size: TiffTag[] = [TAG.ImageWidth, TAG.ImageLength].map((id) => ({ id, type: "long", values: [1] }));
  const file = encodeTiffHeader([[...size, ...tags]], { big: false, ghost: "" });
  return (await fromArrayBuffer(new Uint8Array(file).buffer)).getImage();
}

test("a CRS of the file's own keeps its keys, and pixels are areas", async () => {
  const image = await read(geoTags({ width: 1, height: 1, affine: NORTH_UP, crs: OWN_CRS }));
  expect(image.getGeoKeys()).toMatchObject({
    GTModelTypeGeoKey: 1,
    GTRasterTypeGeoKey: 1,
    ProjNatOriginLongGeoKey: 12.5,
    GTCitationGeoKey: "Grid of the site",
    PCSCitationGeoKey: "second",
  });
});

test.each<{ title: string; affine: Affine; tag: "ModelPixelScale" | "ModelTransformation" }>([
  { title: "north-up: scale and tie point", affine: [2, 0, 100, 0, -3, 200], tag: "ModelPixelScale" },
  { title: "south-up: a matrix", affine: [2, 0, 100, 0, 3, 200], tag: "ModelTransformation" },
  { title: "mirrored: a matrix", affine: [-2, 0, 100, 0, -3, 200], tag: "ModelTransformation" },
  { title: "rotated: a matrix", affine: [2, 1, 100, 1, -3, 200], tag: "ModelTransformation" },
])("the transform is written as readers know it best, $title", async ({ affine, tag }) => {
  const { fileDirectory } = await read(geoTags({ width: 1, height: 1, affine, crs: UTM40 }));
  const [a, b, c, d, e, f] = affine;
  const expected = tag === "ModelPixelScale" ? [a, -e, 0] : [a, b, 0, c, d, e, 0, f, 0, 0, 0, 0, 0, 0, 0, 1];
  expect([...(fileDirectory.getValue(tag) as unknown as readonly number[])]).toEqual(expected);
});
