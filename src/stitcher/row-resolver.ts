import type { CpuThreads } from "../cpu-threads.ts";
import type { Winners } from "../inference/winners.ts";
import type { ChipPlan, PlannedChip } from "../tiler/chip-plan.ts";
import { type Blend, planInCells, risingWeights } from "./blend.ts";
import { type ChipRow, type ChipsTask, latticeWidth } from "./chip-row.ts";
import { ChipSlots, memory, planSlots } from "./chip-slots.ts";
import { resolveChips } from "./resolve-chips.ts";
import { type ResolvedRows, RowBuffers } from "./resolved-rows.ts";

/** A chip with the model's answer: see ScoredChip. */
interface AnsweredChip extends Pick<PlannedChip, "latticeCol" | "latticeRow"> {
  readonly scores: Float32Array | null;
  readonly winners?: Winners | null;
}

/** The lattice, the model's cells, and who resolves. */
export interface ResolverOptions {
  readonly plan: ChipPlan;
  /** Class id of each channel of the scores. */
  readonly classIds: Uint8Array;
  /** Px per cell. */
  readonly stride: number;
  readonly margin: number;
  readonly blend: Blend;
  /** Threads that know resolveChips; null for this one. */
  readonly threads: CpuThreads | null;
}

/** Chips that are being resolved; the first is chip `from` of the row. */
interface Group {
  readonly from: number;
  readonly done: Promise<void>;
}

/**
 * Turns the scores of chips, which come in plan order, into labels, one row of chips at a time. An answer is copied to one of a few slots;
 * as soon as its neighbours are there it is blended and resolved, on a thread, while the next ones come. Of a row of chips only what the
 * next one needs is held: classes · overlap · width cells.
 */
export class RowResolver {
  readonly #options: ResolverOptions;
  readonly #slots: ChipSlots;
  readonly #group: number;
  /** Chips before a group that are read with it. */
  readonly #before: number;
  readonly #buffers: RowBuffers;
  #chips: ChipRow;
  #rows: ChipsTask["rows"] = { from: 0, to: 0 };
  #resolved: ResolvedRows;
  /** The first chip of the row that is not yet being resolved. */
  #next = 0;
  #underWay: readonly Group[] = [];

  constructor(options: ResolverOptions) {
    const { plan, classIds, stride, threads } = options;
    const { x, y } = planInCells(plan, options);
    const [classes, count] = [classIds.length, threads?.count ?? 0];
    const facts = { classes, cells: x.chip * y.chip, stride, count: x.count, threads: count };
    const { group, slots, before } = planSlots(facts);
    this.#options = options;
    this.#group = group;
    this.#before = before;
    this.#slots = new ChipSlots(slots, facts);
    this.#chips = firstRow(options, this.#slots);
    this.#buffers = new RowBuffers(plan.x.size, threads !== null);
    this.#resolved = this.#buffers.take(0);
  }

  /** What the next row of chips needs of those before it: a view that holds until its first chip. */
  get waiting(): Float32Array {
    return this.#chips.above;
  }

  /** Goes on from what `waiting` was after an earlier row of chips. */
  resume(waiting: Float32Array): void {
    this.#chips.above.set(waiting);
  }

  /** Takes the next chip of the plan; its scores are free again when this resolves. */
  async add({ latticeCol, latticeRow, scores, winners = null }: AnsweredChip): Promise<void> {
    if (latticeCol === 0) this.#startRow(latticeRow);
    await this.#roomFor(latticeCol);
    this.#slots.put(latticeCol, scores, winners);
    const { count } = this.#chips.x;
    const isLast = latticeCol === count - 1;
    const ready = isLast ? count : latticeCol + 1 - this.#chips.lead;
    while (ready - this.#next >= this.#group || (isLast && this.#next < count))
      this.#start(this.#next, Math.min(count, this.#next + this.#group));
  }

  /** The pixel rows that are final when the last chip of a row has come; they hold until the next one comes. */
  async endOfRow(): Promise<ResolvedRows> {
    await Promise.all(this.#underWay.map(({ done }) => done));
    this.#underWay = [];
    const { above, below } = this.#chips;
    this.#chips = { ...this.#chips, above: below, below: above };
    return this.#resolved;
  }

  /** Resolves when no thread works on a chip any more, whether it could be resolved or not. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#underWay.map(({ done }) => done));
  }

  #startRow(latticeRow: number): void {
    this.#chips = { ...this.#chips, latticeRow };
    this.#next = 0;
    this.#rows = {
      from: latticeRow === 0 ? 0 : this.#pixelRows(latticeRow - 1),
      to: this.#pixelRows(latticeRow),
    };
    this.#resolved = this.#buffers.take(this.#rows.to - this.#rows.from);
  }

  /** Rows of pixels that are final with a row of chips: those up to the centre of its last cells that no other chip can change. */
  #pixelRows(latticeRow: number): number {
    const { plan, stride } = this.#options;
    const { y, lead } = this.#chips;
    if (latticeRow === y.count - 1) return plan.y.size;
    return ((latticeRow + 1) * y.stride - lead) * stride + (stride >> 1);
  }

  /** Waits for the groups that read the chip whose slot chip `i` takes: its own, and those behind it that it is a neighbour of. */
  async #roomFor(i: number): Promise<void> {
    const held = i - this.#slots.count;
    if (held < 0) return;
    const reading = this.#underWay.filter(({ from }) => from - this.#before <= held);
    await Promise.all(reading.map(({ done }) => done));
    this.#underWay = this.#underWay.slice(reading.length);
  }

  #start(from: number, to: number): void {
    const { classIds, plan, stride, threads } = this.#options;
    const { labels, confidence } = this.#resolved;
    const [chips, own, rows, width] = [this.#chips, this.#slots.own, this.#rows, plan.x.size];
    const task: ChipsTask = { chips, from, to, own, classIds, stride, width, rows, labels, confidence };
    this.#next = to;
    const done = threads === null ? resolveHere(task) : threads.run<ChipsTask, void>("resolveChips", task);
    done.catch(() => undefined); // whoever waits for it hears of it; until then it is not unhandled
    this.#underWay = [...this.#underWay, { from, done }];
  }
}

async function resolveHere(task: ChipsTask): Promise<void> {
  resolveChips(task);
}

/** The first row of chips, with room for what is kept of one for the next. */
function firstRow(options: ResolverOptions, { scores, count: slots }: ChipSlots): ChipRow {
  const { plan, stride, margin, blend, classIds, threads } = options;
  const { x, y } = planInCells(plan, options);
  const classes = classIds.length;
  const lead = stride === 1 ? 0 : 1;
  const bytes = 4 * classes * (lead + y.overlap) * latticeWidth({ x });
  const kept = (): Float32Array => new Float32Array(memory(bytes, threads !== null));
  const above = kept();
  const rise = (overlap: number): Float32Array => risingWeights(overlap, Math.ceil(margin / stride), blend);
  return {
    ...{ x, y, latticeRow: 0, classes, riseX: rise(x.overlap), riseY: rise(y.overlap), scores, slots, lead },
    above,
    // where no pixel lies between two chips' columns, a chip's are used up before they are kept again: one memory will do
    below: lead === 0 ? above : kept(),
  };
}
