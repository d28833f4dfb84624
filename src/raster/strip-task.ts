import type { DeflateOptions } from "./block-codec.ts";
import type { Strip } from "./strip.ts";
import type { Columns, EncodedBlock, EncodingOptions } from "./strip-encoder.ts";

/** What a worker is to do: encode some columns of a strip that lies in shared memory, and halve them into `half`. */
export interface StripTask {
  readonly strip: Strip;
  readonly half: Strip | null;
  readonly columns: Columns;
  readonly options: Omit<EncodingOptions, "codec"> & { readonly deflate: DeflateOptions };
}

/** The blocks of the columns, from left to right. */
export type StripResult = readonly EncodedBlock[];
