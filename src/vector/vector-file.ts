import { rename } from "node:fs/promises";
import { PartFile } from "../raster/part-file.ts";
import { writeError } from "../raster/write-error.ts";
import { FeatureMaker, type VectorOptions, type VectorResult } from "./feature.ts";

/**
 * Writes a file of polygons at `path` whole or not at all: `write` fills NAME.part and returns its bytes, then fsync and rename.
 * Throws UserError when the place cannot be written.
 */
export async function writeVectorFile(
  path: string,
  options: VectorOptions,
  write: (file: PartFile, features: FeatureMaker) => Promise<number>,
): Promise<VectorResult> {
  const features = new FeatureMaker(options);
  let file: PartFile | null = null;
  try {
    file = await PartFile.create(`${path}.part`);
    const bytes = await write(file, features);
    await file.seal();
    await rename(file.path, path);
    return { polygons: features.polygons, bytes, areaByClass: features.areaByClass };
  } catch (error) {
    await file?.remove();
    throw writeError(path, error);
  }
}
