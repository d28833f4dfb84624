import { rename, rm, writeFile } from "node:fs/promises";
import { cogHeader, levelLength } from "./cog-layout.ts";
import { type CogOptions, cogImage, type LevelSize, levelSizes } from "./cog-options.ts";
import type { CogImage } from "./cog-tags.ts";
import { categoryNamesXml } from "./gdal-xml.ts";
import { type LevelState, LevelWriter } from "./level-writer.ts";
import { PartFile } from "./part-file.ts";
import type { Samples } from "./strip.ts";
import { writeError } from "./write-error.ts";

export type { CogOptions } from "./cog-options.ts";

/** Rows on their way into a COG. */
export interface CogRows {
  /** rows · width · bands samples, bands interleaved. */
  readonly data: Samples;
  /** rows · width, 0 = nodata; null or left out: all data. Only for a raster with a mask. */
  readonly mask?: Uint8Array | null;
  readonly rows: number;
}

/** A COG that is being written, from the first row to the last. */
export interface CogWriter {
  /** Appends whole rows, any number of them. Wait for it before the next call: that is the backpressure. */
  write(rows: CogRows): Promise<void>;
  /** Completes the file: NAME.part is assembled, synced and renamed to NAME, with NAME.aux.xml when there is a palette. */
  finish(options?: FinishOptions): Promise<{ readonly bytes: number }>;
  /** Where the writer stands, all that it has written on the disk. The arrays hold until the next write. */
  state(): Promise<CogState>;
  /** Closes the temporary files and leaves them: createCog goes on from a state with them. */
  suspend(): Promise<void>;
  /** Removes every temporary file, and leaves a finished file alone. Safe to call at any time, more than once. */
  abort(): Promise<void>;
}

/** How a COG is finished: `keepParts` leaves the encoded levels until abort(), so that the end can be written again. */
export interface FinishOptions {
  readonly keepParts?: boolean;
}

/** What a writer must remember to go on in another process, beside its encoded levels on the disk. */
export interface CogState {
  readonly rows: number;
  readonly levels: readonly LevelState[];
}

/**
 * Starts a cloud-optimised GeoTIFF at `path`, streamed: rows in, file out, memory about 1.5 · width · block side samples.
 * Encoded levels wait in NAME.part.0, .1, … beside it, because the IFDs and the overviews, which come first in the file, are known
 * last. Empty blocks are written like others (some 300 bytes), for not every reader takes sparse files.
 * With `state` it goes on with the levels that an earlier writer of the same options left.
 * Throws UserError when the place cannot be written (no-space, not-writable, missing-folder), RangeError on impossible options.
 */
export async function createCog(
  path: string,
  options: CogOptions,
  state: CogState | null = null,
): Promise<CogWriter> {
  const image = cogImage(options);
  const levels = levelSizes(image);
  const parts: PartFile[] = [];
  try {
    for (const level of levels.keys())
      parts.push(await openPart(`${path}.part.${level}`, state?.levels[level]));
  } catch (error) {
    await Promise.all(parts.map((part) => (state === null ? part.remove() : part.close())));
    throw writeError(path, error);
  }
  return new CogFile({ path, image, options, levels, parts, state });
}

function openPart(path: string, state: LevelState | undefined): Promise<PartFile> {
  return state === undefined ? PartFile.create(path) : PartFile.reopen(path, state.bytes);
}

interface CogFileOptions {
  readonly path: string;
  readonly image: CogImage;
  readonly options: CogOptions;
  readonly levels: readonly LevelSize[];
  readonly parts: readonly PartFile[];
  readonly state: CogState | null;
}

class CogFile implements CogWriter {
  readonly #cog: CogFileOptions;
  readonly #writers: readonly LevelWriter[];
  #rows: number;
  #state: "open" | "failed" | "finished" | "aborted" = "open";
  #last: Promise<unknown> = Promise.resolve();
  #removal: Promise<void> | null = null;

  constructor(cog: CogFileOptions) {
    this.#cog = cog;
    this.#rows = cog.state?.rows ?? 0;
    this.#writers = levelWriters(cog);
  }

  write(rows: CogRows): Promise<void> {
    return this.#inTurn(async () => {
      this.#check(rows);
      this.#rows += rows.rows;
      await this.#writers[0]!.write({ ...rows, mask: rows.mask ?? null });
    });
  }

  finish({ keepParts = false }: FinishOptions = {}): Promise<{ readonly bytes: number }> {
    return this.#inTurn(async () => {
      const { height } = this.#cog.image.grid;
      if (this.#rows !== height) throw new RangeError(`${this.#rows} of ${height} rows were written`);
      await this.#writers[0]!.finish();
      const bytes = await this.#assemble();
      if (!keepParts) await this.#removeParts();
      this.#state = "finished";
      return { bytes };
    });
  }

  state(): Promise<CogState> {
    return this.#inTurn(async () => {
      await this.#writers[0]!.settle();
      return { rows: this.#rows, levels: await Promise.all(this.#writers.map((writer) => writer.state())) };
    });
  }

  async suspend(): Promise<void> {
    await this.#settled();
    if (this.#state === "open") this.#state = "aborted";
    await Promise.all(this.#cog.parts.map((part) => part.close()));
  }

  abort(): Promise<void> {
    this.#removal ??= this.#remove();
    return this.#removal;
  }

  /** One call after the other; after a failure, finish() or abort() there is no next. */
  #inTurn<T>(task: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(async () => {
      if (this.#state !== "open") throw new Error(`${this.#cog.path}: the writer is ${this.#state}`);
      try {
        return await task();
      } catch (error) {
        this.#state = "failed";
        throw writeError(this.#cog.path, error);
      }
    });
    this.#last = turn.catch(() => undefined);
    return turn;
  }

  #check({ data, mask, rows }: CogRows): void {
    const { grid, bands, sampleType, masked } = this.#cog.image;
    const pixels = rows * grid.width;
    if (this.#rows + rows > grid.height)
      throw new RangeError(`${this.#rows} + ${rows} rows for a raster of ${grid.height}`);
    if (data.length !== pixels * bands)
      throw new RangeError(`${data.length} samples for ${rows} rows of ${grid.width} px, ${bands} band(s)`);
    if (data instanceof Uint8Array !== (sampleType === "uint8"))
      throw new RangeError(`${data.constructor.name} for a raster of ${sampleType}`);
    if (mask != null && (!masked || mask.length !== pixels))
      throw new RangeError(
        masked ? `a mask of ${mask.length} for ${pixels} px` : "a mask for a raster without one",
      );
  }

  /** Header, then the levels from the smallest to the largest, under NAME.part; the names change when all is on the disk. */
  async #assemble(): Promise<number> {
    const { path, image, options, levels } = this.#cog;
    const encoded = levels.map((size, index) => {
      const { blockSizes, maskSizes } = this.#writers[index]!;
      return { ...size, blockSizes, maskSizes };
    });
    const header = cogHeader(image, encoded, { bigTiff: options.bigTiff ?? false });
    await this.#join(header, await PartFile.create(`${path}.part`));
    await publish(path, image);
    return encoded.reduce((sum, level) => sum + levelLength(level), header.length);
  }

  async #join(header: Uint8Array, target: PartFile): Promise<void> {
    try {
      await target.append(header);
      for (const part of this.#cog.parts.toReversed()) {
        await part.copyTo(target);
      }
      await target.seal();
    } catch (error) {
      await target.remove();
      throw error;
    }
  }

  /** No call and no worker is busy with the files any more. */
  async #settled(): Promise<void> {
    await this.#last;
    await this.#writers[0]!.settle().catch(() => undefined);
  }

  async #remove(): Promise<void> {
    await this.#settled();
    await this.#removeParts();
    if (this.#state === "finished") return;
    this.#state = "aborted";
    const { path } = this.#cog;
    await rm(`${path}.part`, { force: true });
    await rm(`${path}.aux.xml.part`, { force: true });
  }

  async #removeParts(): Promise<void> {
    await Promise.all(this.#cog.parts.map((part) => part.remove()));
  }
}

/** The writers of all levels, each with the next smaller one to feed. */
function levelWriters({ image, options, levels, parts, state }: CogFileOptions): readonly LevelWriter[] {
  const writers: LevelWriter[] = [];
  for (let index = levels.length - 1; index >= 0; index--) {
    const level = {
      ...image,
      width: levels[index]!.width,
      method: options.overviews,
      threads: options.threads ?? null,
    };
    writers.unshift(new LevelWriter(parts[index]!, level, writers[0] ?? null, state?.levels[index] ?? null));
  }
  return writers;
}

/** Gives the finished parts their names. A sidecar of an earlier file would describe this one wrongly, so it goes. */
async function publish(path: string, { palette }: CogImage): Promise<void> {
  const sidecar = `${path}.aux.xml`;
  if (palette === null) await rm(sidecar, { force: true });
  else await writeFile(`${sidecar}.part`, categoryNamesXml(palette));
  await rename(`${path}.part`, path);
  if (palette !== null) await rename(`${sidecar}.part`, sidecar);
}
