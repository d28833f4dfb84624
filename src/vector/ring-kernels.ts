import { bytesOf, createKernels, type Kernels } from "../kernels/kernels.ts";
import type { Lattice } from "./lattice.ts";
import type { PixelRing } from "./rings.ts";

/** Bytes of a point, two doubles. */
const POINT = 16;

type Arrays<Name extends string> = Name | "cols" | "rows" | "ring" | "placed";

/** Kernels that know a lattice with values at its nodes and work on one ring after another. */
export class RingKernels<Name extends string> {
  kernels!: Kernels<Arrays<Name>>;
  /** What is made of the ring: x0, y0, x1, y1, …. */
  placed!: Float64Array;
  private ring!: Float64Array;

  constructor(
    private readonly lattice: Lattice,
    /** One for each node. */
    private readonly values: Readonly<Record<Name, Float64Array>>,
    /** Says to the kernels where these are. */
    private readonly place: (kernels: Kernels<Arrays<Name>>) => void,
  ) {
    this.makeRoom(1024, 1024);
  }

  /** Puts a ring where the kernels find it; returns its number of points. */
  load(ring: PixelRing): number {
    if (ring.length > this.ring.length) this.makeRoom(ring.length, this.placed.length / 2);
    for (let i = 0; i < ring.length; i++) this.ring[i] = ring[i]!;
    return ring.length / 2;
  }

  /** For so many points of the ring and of what is made of it; both are lost. */
  makeRoom(points: number, placed: number): void {
    const { shift, cols, rows } = this.lattice;
    const arrays = { ...this.values, cols, rows } as Record<
      Name | "cols" | "rows",
      Float64Array | Int32Array
    >;
    const lengths = { ring: points * POINT, placed: placed * POINT } as Record<Arrays<Name>, number>;
    const names = Object.keys(arrays) as (keyof typeof arrays)[];
    for (const name of names) lengths[name] = arrays[name].byteLength;
    const kernels = createKernels(lengths);
    const { bytes, at, run } = kernels;
    for (const name of names) bytes[name].set(bytesOf(arrays[name]));
    run.placeLattice(shift, at.cols, cols.length, at.rows, rows.length);
    this.place(kernels);
    this.kernels = kernels;
    this.ring = new Float64Array(bytes.ring.buffer, at.ring, 2 * points);
    this.placed = new Float64Array(bytes.placed.buffer, at.placed, 2 * placed);
  }
}
