import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { cpus, totalmem } from "node:os";

const RESULTS = new URL("./RESULTS.md", import.meta.url);

/** The middle value. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** "1.23 (1.20–1.31)": median, lowest and highest. */
export function spread(values: readonly number[], digits: number): string {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  return `${median(values).toFixed(digits)} (${low.toFixed(digits)}–${high.toFixed(digits)})`;
}

/** The widest instructions for products of 8-bit integers that the processor has, by Linux' flags: inference depends on them. */
function integerProducts(): string {
  const path = "/proc/cpuinfo";
  const flags = existsSync(path) ? (/^flags\s*:(.*)$/m.exec(readFileSync(path, "utf8"))?.[1] ?? "") : "";
  const known = {
    amx_int8: "AMX",
    avx512_vnni: "AVX-512 VNNI",
    avx_vnni: "AVX-VNNI",
    avx2: "AVX2 without VNNI",
  };
  const found = Object.entries(known).find(([flag]) => flags.split(" ").includes(flag));
  return found === undefined ? "" : ` (${found[1]})`;
}

/** Date, processor and memory, as every figure is to be read with. */
export function machine(): string {
  const date = new Date().toISOString().slice(0, 10);
  const memory = Math.round(totalmem() / 2 ** 30);
  return `${date}, ${cpus().length} cores ${cpus()[0]?.model.trim()}${integerProducts()}, ${memory} GiB, Node ${process.versions.node}`;
}

/** Replaces (or adds) the section of RESULTS.md with this title, and prints it. */
export function writeSection(title: string, command: string, lines: readonly string[]): void {
  const section = `## ${title}\n\n\`${command}\`\n\n${lines.join("\n")}\n`;
  const sections = readFileSync(RESULTS, "utf8").split(/^(?=## )/m);
  const others = sections.filter((text) => !text.startsWith(`## ${title}\n`)).map((text) => text.trimEnd());
  writeFileSync(RESULTS, `${[...others, section.trimEnd()].join("\n\n")}\n`);
  process.stdout.write(section);
}
