import { join } from "node:path";
import type { CpuThreads } from "../cpu-threads.ts";
import { UserError } from "../errors.ts";
import { type CogWriter, createCog } from "../raster/cog-writer.ts";
import { NODATA } from "../scene/class-scheme.ts";
import { badCheckpoint, type MapState } from "./checkpoint.ts";
import type { PreparedRun } from "./prepare.ts";

/** The two COGs of a run. */
export interface Cogs {
  readonly landcover: CogWriter;
  readonly confidence: CogWriter;
}

/** Opens both COGs, or what an earlier process left of them. Throws UserError "bad-checkpoint" where that cannot be gone on with. */
export async function createCogs(
  { grid, model }: PreparedRun,
  folder: string,
  { resume, threads }: { readonly resume: MapState | null; readonly threads: CpuThreads },
): Promise<Cogs> {
  const common = {
    grid,
    sampleType: "uint8",
    nodata: NODATA,
    threads,
  } as const;
  const tags = { MODEL: `${model.card.name} ${model.card.version}` };
  const labels = { ...common, palette: model.card.classes, overviews: "mode", tags } as const;
  const percent = { ...common, overviews: "average", bandNames: ["confidence, percent"], tags } as const;
  try {
    const landcover = await createCog(join(folder, "landcover.tif"), labels, resume?.landcover);
    try {
      const path = join(folder, "confidence.tif");
      return { landcover, confidence: await createCog(path, percent, resume?.confidence) };
    } catch (error) {
      await (resume === null ? landcover.abort() : landcover.suspend());
      throw error;
    }
  } catch (error) {
    throw resume === null || error instanceof UserError ? error : badCheckpoint(folder, error);
  }
}

/** Where both COGs stand, all that is written of them on the disk. */
export async function cogStates({
  landcover,
  confidence,
}: Cogs): Promise<Pick<MapState, "landcover" | "confidence">> {
  const [landcoverState, confidenceState] = await Promise.all([landcover.state(), confidence.state()]);
  return { landcover: landcoverState, confidence: confidenceState };
}
