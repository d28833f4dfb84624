import type { Affine } from "../geo/affine.ts";
import { IDENTITY, isAxisAligned } from "../geo/affine.ts";
import type { GeoKey } from "../geo/crs.ts";
import type { Grid } from "../geo/grid.ts";
import { TAG, type TiffTag } from "./tiff-encoder.ts";

const RASTER_TYPE: GeoKey = { id: 1025, type: "short", value: 1 };

/**
 * The GeoTIFF tags of a grid: its transform, and its CRS keys as they are, with GTRasterType = PixelIsArea.
 * A grid without CRS keeps its transform; one without either (the identity) gets no tags. OGC 19-008r4, §7.
 */
export function geoTags({ affine, crs }: Grid): readonly TiffTag[] {
  if (crs === null) return isIdentity(affine) ? [] : transformTags(affine);
  return [...transformTags(affine), ...keyTags([...crs.geoKeys, RASTER_TYPE])];
}

function isIdentity(affine: Affine): boolean {
  return affine.every((value, index) => value === IDENTITY[index]);
}

/** Scale and tie point where rows run south and columns east, which every reader knows; the full matrix for any other affine. */
function transformTags(affine: Affine): readonly TiffTag[] {
  const [a, b, c, d, e, f] = affine;
  if (isAxisAligned(affine) && a > 0 && e < 0)
    return [
      { id: TAG.ModelPixelScale, type: "double", values: [a, -e, 0] },
      { id: TAG.ModelTiepoint, type: "double", values: [0, 0, 0, c, f, 0] },
    ];
  const matrix = [a, b, 0, c, d, e, 0, f, 0, 0, 0, 0, 0, 0, 0, 1];
  return [{ id: TAG.ModelTransformation, type: "double", values: matrix }];
}

/** GeoKeyDirectory (version 1.1.0, keys ascending) with the doubles and strings that its entries point to. */
function keyTags(keys: readonly GeoKey[]): readonly TiffTag[] {
  const directory: number[] = [];
  const doubles: number[] = [];
  let ascii = "";
  for (const key of [...keys].sort((a, b) => a.id - b.id)) {
    switch (key.type) {
      case "short":
        directory.push(key.id, 0, 1, key.value);
        break;
      case "double":
        directory.push(key.id, TAG.GeoDoubleParams, key.value.length, doubles.length);
        doubles.push(...key.value);
        break;
      case "ascii": {
        const text = `${key.value.replace(/\|$/, "")}|`;
        directory.push(key.id, TAG.GeoAsciiParams, Buffer.byteLength(text), Buffer.byteLength(ascii));
        ascii += text;
        break;
      }
      default:
        key satisfies never;
    }
  }
  const header = [1, 1, 0, keys.length];
  return [
    { id: TAG.GeoKeyDirectory, type: "short", values: [...header, ...directory] },
    ...(doubles.length > 0 ? [{ id: TAG.GeoDoubleParams, type: "double" as const, values: doubles }] : []),
    ...(ascii === "" ? [] : [{ id: TAG.GeoAsciiParams, type: "ascii" as const, value: ascii }]),
  ];
}
