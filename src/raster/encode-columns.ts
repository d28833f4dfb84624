import { deflateCodec } from "./block-codec.ts";
import { levelEncoder } from "./level-encoder.ts";
import type { EncodedBlock, StripEncoder } from "./strip-encoder.ts";
import type { StripResult, StripTask } from "./strip-task.ts";

/** Levels that were seen, by their options. */
const encoders = new Map<string, StripEncoder>();

/** On a thread: what threadedEncoder asks for. */
export async function encodeColumns({ strip, half, columns, options }: StripTask): Promise<StripResult> {
  const blocks: EncodedBlock[] = [];
  for await (const block of encoderOf(options).encode(strip, half, columns)) blocks.push(block);
  return blocks;
}

function encoderOf({ deflate, ...options }: StripTask["options"]): StripEncoder {
  const key = JSON.stringify({ ...options, deflate });
  const encoder = encoders.get(key) ?? levelEncoder({ ...options, codec: deflateCodec(deflate) });
  encoders.set(key, encoder);
  return encoder;
}
