import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { describe, expect, test } from "vitest";

const SRC = fileURLToPath(new URL("../src/", import.meta.url));

/** The folders in the order of the data: a file imports only from its own and from those before it. */
const ORDER = [
  "errors.ts",
  "stream.ts",
  "copy-bytes.ts",
  "thread-loading.ts",
  "cpu-threads.ts",
  "kernels",
  "geo",
  "scene",
  "tiler",
  "inference",
  "stitcher",
  "raster",
  "vector",
  "tiles",
  "report",
  "evaluate",
  "pipeline",
  "serve",
  "viewer",
  "index.ts",
  "cli",
];

interface Import {
  readonly specifier: string;
  /** Only types: gone when the program runs. */
  readonly typeOnly: boolean;
}

interface SourceFile {
  /** Path in src/, with slashes. */
  readonly path: string;
  readonly syntax: ts.SourceFile;
  readonly imports: readonly Import[];
}

const files: readonly SourceFile[] = readdirSync(SRC, { recursive: true, encoding: "utf8" })
  .filter((path) => /\.tsx?$/.test(path))
  .map((path) => path.split(sep).join("/"))
  .filter((path) => !path.startsWith("kernels/assembly/")) // AssemblyScript has imports of its own
  .sort()
  .map(readSource);

function readSource(path: string): SourceFile {
  const text = readFileSync(join(SRC, path), "utf8");
  const syntax = ts.createSourceFile(path, text, ts.ScriptTarget.ES2022, true);
  return { path, syntax, imports: [...importsOf(syntax)] };
}

function* nodesOf(node: ts.Node): Generator<ts.Node> {
  yield node;
  for (const child of node.getChildren()) yield* nodesOf(child);
}

/** Imports and re-exports, `import("…")`, `require("…")` and `new URL("…", import.meta.url)` (how workers are found). */
function* importsOf(syntax: ts.SourceFile): Generator<Import> {
  for (const node of nodesOf(syntax)) {
    if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) {
      const { moduleSpecifier } = node;
      if (moduleSpecifier === undefined || !ts.isStringLiteral(moduleSpecifier)) continue;
      yield { specifier: moduleSpecifier.text, typeOnly: isTypeOnly(node) };
    } else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
      if (ts.isStringLiteral(node.argument.literal))
        yield { specifier: node.argument.literal.text, typeOnly: true };
    } else if (ts.isCallExpression(node) || ts.isNewExpression(node)) {
      const [first] = node.arguments ?? [];
      const callee = node.expression.getText();
      const loads =
        callee === "import" || callee === "require" || (callee === "URL" && /\.ts"/.test(node.getText()));
      if (loads && first !== undefined && ts.isStringLiteral(first))
        yield { specifier: first.text, typeOnly: false };
    }
  }
}

function isTypeOnly(node: ts.ImportDeclaration | ts.ExportDeclaration): boolean {
  if (ts.isExportDeclaration(node)) {
    if (node.isTypeOnly) return true;
    const { exportClause } = node;
    return (
      exportClause !== undefined &&
      ts.isNamedExports(exportClause) &&
      exportClause.elements.every((element) => element.isTypeOnly)
    );
  }
  const clause = node.importClause;
  if (clause === undefined) return false;
  if (clause.isTypeOnly) return true;
  const { name, namedBindings } = clause;
  return (
    name === undefined &&
    namedBindings !== undefined &&
    ts.isNamedImports(namedBindings) &&
    namedBindings.elements.every((element) => element.isTypeOnly)
  );
}

/** The file in src/ that a relative import names. */
function target(from: string, specifier: string): string {
  return relative(SRC, join(SRC, dirname(from), specifier))
    .split(sep)
    .join("/");
}

function folderOf(path: string): string {
  return path.split("/")[0]!;
}

const relativeImports = files.flatMap(({ path, imports }) =>
  imports
    .filter(({ specifier }) => specifier.startsWith("."))
    .map(({ specifier, typeOnly }) => ({ from: path, specifier, to: target(path, specifier), typeOnly })),
);

/** Every cycle that a depth-first walk closes, as "a → b → a". */
function cyclesOf(edges: ReadonlyMap<string, readonly string[]>): string[] {
  const cycles: string[] = [];
  const done = new Set<string>();
  const visit = (path: string, trail: readonly string[]): void => {
    if (trail.includes(path)) {
      cycles.push([...trail.slice(trail.indexOf(path)), path].join(" → "));
      return;
    }
    if (done.has(path)) return;
    for (const next of edges.get(path) ?? []) visit(next, [...trail, path]);
    done.add(path);
  };
  for (const path of edges.keys()) visit(path, []);
  return cycles;
}

/** Uses of the process's own things outside cli/main.ts: "cli/run.ts process.exit". */
function usesOf(pattern: RegExp): string[] {
  return files
    .filter(({ path }) => path !== "cli/main.ts")
    .flatMap(({ path, syntax }) =>
      [...nodesOf(syntax)]
        .filter((node) => ts.isPropertyAccessExpression(node) && pattern.test(node.getText()))
        .map((node) => (ts.isElementAccessExpression(node.parent) ? node.parent : node))
        .map((node) => `${path} ${node.getText()}`),
    );
}

describe("architecture", () => {
  test("every folder of src/ has its place in the order of the data", () => {
    expect(
      [...new Set(files.map(({ path }) => folderOf(path)))].filter((name) => !ORDER.includes(name)),
    ).toEqual([]);
  });

  test("a file imports only from its own folder and from folders before it", () => {
    const against = relativeImports.filter(
      ({ from, to }) => ORDER.indexOf(folderOf(to)) > ORDER.indexOf(folderOf(from)),
    );
    expect(against.map(({ from, to }) => `${from} imports ${to}`)).toEqual([]);
  });

  test("relative imports name a file of src/ with its ending .ts, or package.json", () => {
    const known = new Set([...files.map(({ path }) => path), "../package.json"]);
    const odd = relativeImports.filter(({ to }) => !known.has(to));
    expect(odd.map(({ from, specifier }) => `${from} imports ${specifier}`)).toEqual([]);
  });

  test("no file needs itself, directly or through others, when the program runs", () => {
    const edges = new Map(files.map(({ path }) => [path, [] as string[]]));
    for (const { from, to, typeOnly } of relativeImports) if (!typeOnly) edges.get(from)!.push(to);
    expect(cyclesOf(edges)).toEqual([]);
  });

  test("geo/ knows no other folder and reads nothing but the registry of CRSs", () => {
    const specifiers = files
      .filter(({ path }) => path.startsWith("geo/"))
      .flatMap(({ imports }) => imports.map(({ specifier }) => specifier))
      .filter((specifier) => !specifier.startsWith("./"));
    expect([...new Set(specifiers)].sort()).toEqual(["node:module", "proj4"]);
  });

  test("only cli/main.ts exits, reads the environment and uses the console", () => {
    const found = usesOf(/^(process\.(exit|exitCode|env|abort|kill)|console\.\w+)$/);
    expect(found).toEqual([]);
  });

  test("index.ts only re-exports", () => {
    const index = files.find(({ path }) => path === "index.ts");
    expect(index?.syntax.statements.every(ts.isExportDeclaration)).toBe(true);
  });
});

describe("the checks themselves", () => {
  test("find imports of every form", () => {
    const text = `
      import a from "./a.ts"; import type { B } from "./b.ts"; import { type C } from "./c.ts"; import "./d.ts";
      export { e } from "./e.ts"; export type { F } from "./f.ts"; export * from "./g.ts";
      const h = await import("./h.ts"); const i = new URL("./i.ts", import.meta.url); type J = import("./j.ts").J;
      import { k, type K } from "./k.ts"; import * as l from "./l.ts"; import m, { type M } from "./m.ts";`;
    const found = [...importsOf(ts.createSourceFile("x.ts", text, ts.ScriptTarget.ES2022, true))];
    const names = (typeOnly: boolean) =>
      found.filter((one) => one.typeOnly === typeOnly).map(({ specifier }) => specifier[2]);
    expect(names(false).sort().join("")).toBe("adeghiklm");
    expect(names(true).sort().join("")).toBe("bcfj");
  });

  test("find cycles, and none where two ways lead to one file", () => {
    const diamond = new Map([
      ["a", ["b", "c"]],
      ["b", ["d"]],
      ["c", ["d"]],
      ["d", []],
    ]);
    expect(cyclesOf(diamond)).toEqual([]);
    expect(
      cyclesOf(
        new Map([
          ["a", ["b"]],
          ["b", ["c"]],
          ["c", ["b"]],
        ]),
      ),
    ).toEqual(["b → c → b"]);
  });
});
