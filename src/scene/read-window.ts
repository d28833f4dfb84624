import { intersectWindows, type Window } from "../geo/window.ts";
import { mapOrdered } from "../stream.ts";
import { blocksTogether } from "./image-codec.ts";
import type { BlockSamples, SampleArray } from "./raster-block.ts";
import { takeSamples } from "./spare-samples.ts";
import type { TiffBlocks } from "./tiff-blocks.ts";
import { blockCounts, samplesInBlock, type TiffImage } from "./tiff-image.ts";

/** Blocks of one window that are read and decoded at the same time; more where several are decoded together. */
const BLOCKS_AT_ONCE = 4;

/** What a window takes from one block. */
interface Piece {
  readonly block: Window;
  readonly index: number;
  /** Pairs of a sample's place in the block's pixels and in the output's. */
  readonly from: readonly number[];
  readonly to: readonly number[];
}

/**
 * Reads the chosen samples of a window (inside the image), interleaved. Blocks without data give `fill`.
 */
export async function readSamples(
  image: TiffImage,
  blocks: TiffBlocks,
  {
    window,
    samples,
    fill,
  }: { readonly window: Window; readonly samples: readonly number[]; readonly fill: number },
): Promise<SampleArray> {
  const out = takeSamples(image.sampleType, window.width * window.height * samples.length);
  const load = async (piece: Piece) => ({ piece, data: await blocks(image, piece.index) });
  for await (const { piece, data } of mapOrdered(pieces(image, window, samples), load, {
    concurrency: Math.max(BLOCKS_AT_ONCE, 2 * blocksTogether(image)),
  }))
    copyPiece(piece, data ?? fill, samplesInBlock(image), { window, samples: samples.length, out });
  return out;
}

function* pieces(image: TiffImage, window: Window, samples: readonly number[]): Generator<Piece> {
  const { blockWidth: width, blockHeight: height } = image;
  const { across, down } = blockCounts(image);
  const places = samples.map((_, i) => i);
  const planes = image.planar
    ? samples.map((plane, i) => ({ plane, from: [0], to: [i] }))
    : [{ plane: 0, from: samples, to: places }];
  for (let row = Math.floor(window.row / height); row * height < window.row + window.height; row++)
    for (let col = Math.floor(window.col / width); col * width < window.col + window.width; col++)
      for (const { plane, from, to } of planes)
        yield {
          block: { col: col * width, row: row * height, width, height },
          index: (plane * down + row) * across + col,
          from,
          to,
        };
}

interface Target {
  readonly window: Window;
  readonly samples: number;
  readonly out: SampleArray;
}

function copyPiece(
  { block: place, from, to }: Piece,
  block: BlockSamples | number,
  stride: number,
  { window, samples, out }: Target,
): void {
  const { col, row, width, height } = intersectWindows(place, window)!;
  const wholeRows = stride === samples && from.every((sample, i) => sample === i && to[i] === i);
  for (let y = row; y < row + height; y++) {
    const target = ((y - window.row) * window.width + col - window.col) * samples;
    if (typeof block === "number") {
      for (const first of to) fillSample(out, target + first, samples, width, block);
      continue;
    }
    const { samples: data, rowLength } = block;
    const source = (y - place.row) * rowLength + (col - place.col) * stride;
    if (wholeRows) out.set(data.subarray(source, source + width * stride), target);
    else
      for (let i = 0; i < from.length; i++)
        copySample(data, source + from[i]!, stride, out, target + to[i]!, samples, width);
  }
}

function copySample(
  source: SampleArray,
  at: number,
  stride: number,
  target: SampleArray,
  to: number,
  step: number,
  count: number,
): void {
  for (let i = 0; i < count; i++, at += stride, to += step) target[to] = source[at]!;
}

function fillSample(target: SampleArray, to: number, step: number, count: number, value: number): void {
  for (let i = 0; i < count; i++, to += step) target[to] = value;
}
