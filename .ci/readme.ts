/** Runs the README's commands in order and puts what they print below them: `npm run docs:readme`. */
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../", import.meta.url));
const path = `${root}README.md`;
const text = readFileSync(path, "utf8").replace(/```console\n\$ (.*)\n[\s\S]*?```/g, (_, command: string) => {
  const args = command.replace(/^npx landstitch /, "").split(" ");
  const { status, stdout, stderr } = spawnSync(process.execPath, ["dist/cli/main.js", ...args], {
    cwd: root,
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`${command}: exit ${status}\n${stderr}`);
  const printed = [stderr, stdout]
    .map((part) => part.trim())
    .filter((part) => part !== "")
    .join("\n");
  return `\`\`\`console\n$ ${command}\n${printed === "" ? "" : `${printed}\n`}\`\`\``;
});
writeFileSync(path, text);
