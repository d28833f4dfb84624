import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { pathNames } from "../../src/serve/request-path.ts";

test.each([
  { path: "/", names: ["index.html"] },
  { path: "/landcover.tif", names: ["landcover.tif"] },
  { path: "/a/b%20c.tif", names: ["a", "b c.tif"] },
  { path: "/sub/", names: ["sub", "index.html"] },
  { path: "/%E6%9D%B1%E4%BA%AC.tif", names: ["東京.tif"] },
  { path: "/a%252e%252e", names: ["a%2e%2e"] },
])("$path is $names below the folder", ({ path, names }) => expect(pathNames(path)).toEqual(names));

describe("no file is looked for where a path", () => {
  test.each([
    ["goes up", "/../secret"],
    ["goes up within", "/a/../../secret"],
    ["goes up, encoded", "/%2e%2e/secret"],
    ["goes up, half encoded", "/.%2E/secret"],
    ["goes up, its slash encoded", "/..%2fsecret"],
    ["has an encoded slash before an absolute path", "/%2fetc/passwd"],
    ["starts with two slashes", "//etc/passwd"],
    ["names a hidden file", "/.git/config"],
    ["has a NUL", "/landcover.tif%00.html"],
    ["has a line break", "/a%0d%0ab"],
    ["has a backslash", "/..\\secret"],
    ["has an encoded backslash", "/..%5csecret"],
    ["names a drive", "/C:/secret"],
    ["names a stream", "/run.json::$DATA"],
    ["ends with a dot", "/run.json."],
    ["ends with a blank", "/run.json%20"],
    ["is not decodable", "/%zz"],
    ["is cut UTF-8", "/%e6%9d"],
    ["is overlong UTF-8", "/%c0%ae%c0%ae/secret"],
    ["is a URL", "http://127.0.0.1/landcover.tif"],
    ["is empty", ""],
    ["is a star", "*"],
    ["is very long", `/${"a".repeat(5000)}`],
  ])("%s: %s", (_, path) => expect(pathNames(path)).toBeNull());
});

test("property: whatever the path, its names lead down, never up or out", () => {
  const pieces = fc.constantFrom(
    "..",
    ".",
    "%2e",
    "%2E%2e",
    "/",
    "%2f",
    "\\",
    "%5c",
    "%00",
    "a",
    "%25",
    ":",
    " ",
    "é",
    "%c3%a9",
    "~",
  );
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 12 }), (parts) => {
      for (const name of pathNames(`/${parts.join("")}`) ?? []) {
        expect(name).not.toMatch(/[/\\\0:]|^\.{0,2}$/);
      }
    }),
  );
});
