/** Where a command writes: what was asked for to `out`, what happens meanwhile to `err`. */
export interface CommandOutput {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  /** True when `err` is a terminal that a progress bar can be drawn on. */
  readonly terminal: boolean;
}

/** Text columns, padded; numbers to the right where `right` says so. */
export function table(rows: readonly (readonly string[])[], right: readonly boolean[]): string {
  const widths = right.map((_, i) => Math.max(...rows.map((row) => (row[i] ?? "").length)));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, i) => (right[i] === true ? cell.padStart(widths[i]!) : cell.padEnd(widths[i]!)))
      .join("  ")
      .trimEnd();
  return rows.map((row) => `${line(row)}\n`).join("");
}

/** "25.5 MB": bytes in decimal units. */
export function bytesText(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  const power = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, bytes)) / 3)));
  const value = bytes / 1000 ** power;
  return `${power === 0 ? value : value.toPrecision(3)} ${units[power]}`;
}

/** "1 h 02 min", "3 min 20 s" or "4.2 s". */
export function durationText(seconds: number): string {
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${String(Math.round(seconds % 60)).padStart(2, "0")} s`;
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, "0")} min`;
}

/** "1,235", "12.3" or "0.00123": three significant digits, all of those before the point. */
export function threeDigits(value: number): string {
  return value >= 100 ? count(value) : String(Number(value.toPrecision(3)));
}

/** "1,234,567": whole numbers as people read them. */
export function count(value: number): string {
  return Math.round(value).toLocaleString("en-US");
}
