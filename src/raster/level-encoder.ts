import { isPlain, PlainStripEncoder } from "./plain-strip.ts";
import { BlockEncoder, type EncodingOptions, type StripEncoder } from "./strip-encoder.ts";

/** The encoder on this thread for a level. */
export function levelEncoder(options: EncodingOptions): StripEncoder {
  return isPlain(options) ? new PlainStripEncoder(options) : new BlockEncoder(options);
}
