import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Files that hold times, and differ from run to run. */
const DATED = ["run.json", "report.html", "item.json"];

/** SHA-256 of every file of a folder by name; those that hold times only by their presence. */
export function hashesOf(folder: string): Readonly<Record<string, string>> {
  const names = readdirSync(folder).sort();
  return Object.fromEntries(
    names.map((name) => {
      if (DATED.includes(name)) return [name, "present"];
      return [
        name,
        createHash("sha256")
          .update(readFileSync(join(folder, name)))
          .digest("hex"),
      ];
    }),
  );
}
