import { keptKernels } from "../kernels/kept-kernels.ts";

/** Rows of interleaved samples; predictor as in the TIFF tag: 1 none, 2 difference to the pixel before, 3 floating point. */
export interface PredictorShape {
  readonly width: number;
  readonly samples: number;
  readonly bits: number;
  readonly predictor: number;
}

/** Bytes that are added up at a time: copied to the kernels' memory and back, they stay in the processor's cache. */
const PART_BYTES = 128 * 1024;

const kernels = keptKernels<"part">();

/** Undoes a TIFF predictor in place. `bytes` holds whole rows in the machine's byte order (predictor 3: as stored). */
export function undoPredictor(bytes: Uint8Array, { width, samples, bits, predictor }: PredictorShape): void {
  if (predictor === 3) undoFloat(bytes, width * samples, samples, bits / 8);
  if (predictor === 2) addUp(bytes, { rowBytes: (width * samples * bits) / 8, samples, size: bits / 8 });
}

interface RowShape {
  readonly rowBytes: number;
  readonly samples: number;
  /** Bytes of a sample. */
  readonly size: number;
}

/** Each sample is the sum of the differences before it in its row: whole rows at a time, or parts of one where a row is long. */
function addUp(bytes: Uint8Array, { rowBytes, samples, size }: RowShape): void {
  const pixelBytes = samples * size;
  const partBytes = Math.max(PART_BYTES, 2 * pixelBytes);
  const { run, at, bytes: memory } = kernels({ part: partBytes });
  const sumPart = (from: number, end: number, rowLength: number): void => {
    const part = bytes.subarray(from, end);
    memory.part.set(part);
    run.addUp(at.part, part.length / rowLength, rowLength, pixelBytes, size);
    part.set(memory.part.subarray(0, part.length));
  };
  const rows = Math.floor(partBytes / rowBytes);
  for (let from = 0; rows > 0 && from < bytes.length; from += rows * rowBytes)
    sumPart(from, Math.min(bytes.length, from + rows * rowBytes), rowBytes);
  if (rows > 0) return;
  // each part begins with the last pixel of the one before, which is summed already
  const step = (Math.floor(partBytes / pixelBytes) - 1) * pixelBytes;
  for (let row = 0; row < bytes.length; row += rowBytes)
    for (let from = row; from < row + rowBytes; from += step) {
      const end = Math.min(row + rowBytes, from + step + pixelBytes);
      sumPart(from, end, end - from);
    }
}

/** Adobe TIFF Technote 3: bytes are summed along the row, then gathered from planes, most significant byte first. */
function undoFloat(bytes: Uint8Array, rowLength: number, samples: number, size: number): void {
  const rowBytes = rowLength * size;
  const planes = new Uint8Array(rowBytes);
  for (let row = 0; row < bytes.length; row += rowBytes) {
    planes.set(bytes.subarray(row, row + rowBytes));
    for (let i = samples; i < rowBytes; i++) planes[i] = planes[i]! + planes[i - samples]!;
    for (let i = 0, to = row; i < rowLength; i++)
      for (let byte = size - 1; byte >= 0; byte--) bytes[to++] = planes[byte * rowLength + i]!;
  }
}
