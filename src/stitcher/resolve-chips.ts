import { keepBelow } from "./blend-cells.ts";
import { type ChipsTask, firstColumn } from "./chip-row.ts";
import { resolveColumns } from "./resolve-columns.ts";
import { resolvePixels } from "./resolve-pixels.ts";

/** Finds what chips answer, blended with their neighbours, and keeps what the next row of chips needs of them. */
export function resolveChips(task: ChipsTask): void {
  if (task.own === null) resolveColumns(task);
  else resolvePixels(task, task.own);
  const col = firstColumn(task.chips, task.from);
  keepBelow(task.chips, col, firstColumn(task.chips, task.to) - col);
}
