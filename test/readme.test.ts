import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";

const root = fileURLToPath(new URL("../", import.meta.url));
const readme = readFileSync(`${root}README.md`, "utf8");
const blocks = [...readme.matchAll(/```console\n\$ npx landstitch (.*)\n([\s\S]*?)```/g)].map((match) => ({
  command: match[1]!,
  printed: match[2]!,
}));

/** The words of a text: figures, units, layout and the device change from machine to machine, the words do not. */
function words(text: string): string[] {
  const withoutDevice = text.replace(/^landstitch \S+ on .*$/m, "");
  return (withoutDevice.match(/[A-Za-z][A-Za-z.-]{2,}/g) ?? [])
    .filter((word) => !/^(EPYC|min|[a-z]B)$/.test(word))
    .sort();
}

describe("README", () => {
  test("names the two commands that do everything on a fresh clone", () => {
    expect(readme).toMatch(/^npm ci && npm run demo$/m);
    expect(readme).toMatch(/^npm ci && npm test$/m);
  });

  test.each(blocks)(
    "command works and prints what the README shows: landstitch $command",
    ({ command, printed }) => {
      const args = ["dist/cli/main.js", ...command.split(" ")];
      const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: root, encoding: "utf8" });
      expect(stderr + stdout).not.toContain("Error:");
      expect(status).toBe(0);
      expect(words(stderr + stdout)).toEqual(words(printed));
    },
    180_000,
  );

  test("example of the library works as it stands", () => {
    const code = readme.match(/```ts\n([\s\S]*?)```/)![1]!;
    const args = ["--input-type=module", "--eval", code];
    const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: root, encoding: "utf8" });
    expect(stderr).not.toContain("Error");
    expect(status).toBe(0);
    expect(stdout).toContain("vegetation");
  });

  test("every file that it points to is there", () => {
    const links = [...readme.matchAll(/\]\(([^)#]+)\)/g)]
      .map((match) => match[1]!)
      .filter((link) => !link.includes("://"));
    expect(links.filter((link) => !existsSync(`${root}${link}`))).toEqual([]);
  });
});
