import { readFileSync } from "node:fs";

/** The functions of assembly/, which is where they are described. Addresses and lengths are in bytes of the instance's own memory. */
export interface KernelFunctions {
  readonly memory: WasmMemory;
  readonly heapBase: () => number;
  readonly cutBlock: (
    source: number,
    pitch: number,
    cols: number,
    rows: number,
    padding: number,
    size: number,
    block: number,
  ) => void;
  readonly deflate: (source: number, length: number, target: number) => number;
  readonly halveByMode: Halve;
  readonly halveByMean: Halve;
  readonly setClasses: (ids: number, classes: number) => void;
  readonly findWinners: (
    scores: number,
    plane: number,
    classes: number,
    cells: number,
    labels: number,
    confidence: number,
  ) => void;
  readonly rankCells: (scores: number, plane: number, classes: number, cells: number, ranks: number) => void;
  readonly findAgreements: (upper: number, lower: number, count: number, gaps: number) => void;
  readonly mixRows: (
    upper: number,
    lower: number,
    plane: number,
    classes: number,
    count: number,
    down: number,
    mixed: number,
    mixedPlane: number,
  ) => void;
  readonly interpolateRow: (
    mixed: number,
    mixedPlane: number,
    classes: number,
    count: number,
    gaps: number,
    across: number,
    stride: number,
    width: number,
    labels: number,
    confidence: number,
  ) => void;
  readonly differenceBytes: (bytes: number, rows: number, rowLength: number) => void;
  readonly findByteRuns: (
    row: number,
    width: number,
    nodata: number,
    outside: number,
    end: number,
    start: number,
    value: number,
  ) => number;
  readonly leastOf: (values: number, stride: number, count: number) => number;
  readonly greatestOf: (values: number, stride: number, count: number) => number;
  readonly gather: (values: number, stride: number, order: number, count: number, gathered: number) => void;
  readonly dropUnknown: (values: number, count: number, levels: number) => number;
  readonly toFloats: (values: number, count: number) => void;
  readonly toIntegers: (values: number, count: number) => void;
  readonly packRuns: (numbers: number, count: number, width: number, packed: number) => number;
  readonly hilbertKeys: (
    boxes: number,
    count: number,
    west: number,
    south: number,
    scale: number,
    keys: number,
  ) => void;
  readonly boxesOfKeys: (keys: number, count: number, order: number) => void;
  /** Unsigned, but read as signed: >>> 0. */
  readonly hilbertIndex: (x: number, y: number) => number;
  readonly placeLattice: (
    shift: number,
    cols: number,
    colCount: number,
    rows: number,
    rowCount: number,
  ) => void;
  readonly placeLonLat: (lon: number, lat: number, scale: number) => void;
  readonly placeRing: (ring: number, points: number, placed: number, room: number) => number;
  readonly placeScales: (area: number, across: number, down: number, skew: number, running: number) => void;
  readonly ringArea: (ring: number, points: number) => number;
  readonly ringLength: (ring: number, points: number) => number;
  readonly placePoints: (bits: number, bytesPerRow: number, rows: number) => void;
  readonly placeLine: (x: number, y: number) => void;
  readonly thinLine: (
    count: number,
    isLoop: boolean,
    limit: number,
    least: number,
    keep: number,
    stack: number,
  ) => number;
  /** 1 or 0. */
  readonly isTriangleClear: (
    ax: number,
    ay: number,
    vx: number,
    vy: number,
    bx: number,
    by: number,
  ) => number;
  readonly sumFloats: (values: number, count: number) => number;
  readonly addUp: (bytes: number, rows: number, rowLength: number, stride: number, size: number) => void;
  readonly decodeLzw: (from: number, length: number, to: number, limit: number, starts: number) => number;
}

type Halve = (top: number, bottom: number, count: number, holes: boolean, target: number) => void;

/** The functions over memory of their own, with a place in it for each array of the caller. */
export interface Kernels<Name extends string> {
  readonly run: KernelFunctions;
  /** Where each array begins. */
  readonly at: Readonly<Record<Name, number>>;
  /** The arrays themselves. */
  readonly bytes: Readonly<Record<Name, Uint8Array<ArrayBuffer>>>;
}

/** Its buffer is another one after it has grown. */
interface WasmMemory {
  readonly buffer: ArrayBuffer;
  readonly grow: (pages: number) => number;
}

/** What is used of the global; the types of Node 20 do not have it. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: object };
};

/** The compiled module, from src and from dist alike. */
const FILE = new URL("../../dist/kernels/kernels.wasm", import.meta.url);
const PAGE = 65_536;
/** Arrays begin at multiples of it and may be read and written so far past their end (bytes). */
const SLACK = 32;

let compiled: object | null = null;

/** Makes room for arrays of these lengths (bytes), all zero. They stay where they are; for longer ones make others. */
export function createKernels<Name extends string>(lengths: Readonly<Record<Name, number>>): Kernels<Name> {
  compiled ??= new WebAssembly.Module(readFileSync(FILE));
  const run = new WebAssembly.Instance(compiled).exports as KernelFunctions;
  const names = Object.keys(lengths) as Name[];
  const at = {} as Record<Name, number>;
  let end = alignUp(run.heapBase(), SLACK);
  for (const name of names) {
    at[name] = end;
    end = alignUp(end + lengths[name], SLACK) + SLACK;
  }
  const { memory } = run;
  memory.grow(Math.max(0, Math.ceil((end - memory.buffer.byteLength) / PAGE)));
  const bytes = {} as Record<Name, Uint8Array<ArrayBuffer>>;
  for (const name of names) bytes[name] = new Uint8Array(memory.buffer, at[name], lengths[name]);
  return { run, at, bytes };
}

function alignUp(value: number, unit: number): number {
  return Math.ceil(value / unit) * unit;
}

/** The memory of an array as bytes. */
export function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
