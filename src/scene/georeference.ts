import { type Affine, IDENTITY, pixelPoint, rebaseAffine } from "../geo/affine.ts";
import type { Crs } from "../geo/crs.ts";
import { crsFromGeoKeys, isPixelPoint, readGeoKeys } from "./geo-keys.ts";
import { TAG, type TiffTags } from "./tiff-tags.ts";
import { readWorldFile } from "./world-file.ts";

/** Where a TIFF lies: its affine (GDAL's, pixel corners) and CRS; IDENTITY and null without georeference. */
export async function readGeoreference(
  path: string,
  tags: TiffTags,
): Promise<{ readonly affine: Affine; readonly crs: Crs | null }> {
  const keys = readGeoKeys(path, tags);
  const stored = affineOfTags(tags);
  if (stored !== null) {
    const affine = isPixelPoint(keys) ? rebaseAffine(stored, pixelPoint(-0.5, -0.5)) : stored;
    return { affine, crs: await crsFromGeoKeys(keys) };
  }
  const affine = await readWorldFile(path);
  return { affine: affine ?? IDENTITY, crs: affine === null ? null : await crsFromGeoKeys(keys) };
}

/** ModelTransformation, or ModelPixelScale with the first tie point; null where there is neither or it is degenerate. */
function affineOfTags(tags: TiffTags): Affine | null {
  const matrix = Array.from(tags.numbers(TAG.modelTransformation));
  const scale = Array.from(tags.numbers(TAG.modelPixelScale));
  const tie = Array.from(tags.numbers(TAG.modelTiepoint));
  const affine = matrix.length >= 16 ? affineOfMatrix(matrix) : affineOfScale(scale, tie);
  return affine?.every(Number.isFinite) && affine[0] * affine[4] !== affine[1] * affine[3] ? affine : null;
}

function affineOfMatrix(m: readonly number[]): Affine {
  return [m[0]!, m[1]!, m[3]!, m[4]!, m[5]!, m[7]!];
}

/** GDAL takes the row scale as downwards whatever its sign. */
function affineOfScale([scaleX, scaleY]: readonly number[], tie: readonly number[]): Affine | null {
  const [col, row, , x, y] = tie;
  if (scaleX === undefined || scaleY === undefined || y === undefined) return null;
  const down = -Math.abs(scaleY);
  return [scaleX, 0, x! - col! * scaleX, 0, down, y - row! * down];
}
