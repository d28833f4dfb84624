import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openHttpSource } from "../../src/scene/http-source.ts";
import { shownUrl } from "../../src/scene/shown-url.ts";

describe("a URL with secrets", () => {
  const seen: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    seen.push(request.headers.authorization);
    if (request.url!.startsWith("/none")) return void response.writeHead(404).end();
    response.writeHead(206, { "content-range": "bytes 0-3/4" }).end("abcd");
  });
  let origin = "";
  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    origin = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => server.close());

  test.each([
    ["https://me:word@host.org/a/b.tif?sig=abc#x", "https://host.org/a/b.tif"],
    ["https://host.org:8080/b.tif", "https://host.org:8080/b.tif"],
    ["folder/b.tif?x", "folder/b.tif?x"],
    ["https://", "https://"],
  ])("is shown without them: %s", (given, shown) => {
    expect(shownUrl(given)).toBe(shown);
  });

  test("is asked with its login and query, and its name holds neither", async () => {
    const source = await openHttpSource(`http://me:w%40rd@${origin}/a.tif?sig=abc`);
    expect(source.path).toBe(`http://${origin}/a.tif`);
    expect(seen.at(-1)).toBe(`Basic ${Buffer.from("me:w@rd").toString("base64")}`);
  });

  test("is named without them where it cannot be read", async () => {
    const error = await openHttpSource(`http://me:word@${origin}/none.tif?sig=abc`).catch((thrown) => thrown);
    expect(error.message).toContain(`http://${origin}/none.tif: the server answered 404`);
    expect(`${error.message} ${error.hint}`).not.toMatch(/word|sig/);
  });
});
