import { createReadStream, statSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join } from "node:path";

const TYPES: Record<string, string> = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css" };

/** The plainest static host: files, and ranges where `ranges` says so. Nothing of landstitch. */
export async function staticServer(
  folder: string,
  { ranges }: { readonly ranges: boolean },
): Promise<{ readonly url: string; close(): void }> {
  const server = createServer((request, response) => {
    const name = decodeURIComponent(request.url!.split("?")[0]!);
    const path = join(folder, name.endsWith("/") ? `${name}index.html` : name);
    const { size } = statSync(path);
    const type = { "Content-Type": TYPES[extname(path)] ?? "application/octet-stream" };
    const range = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? "");
    if (range === null || !ranges) {
      response.writeHead(200, { ...type, "Content-Length": size });
      createReadStream(path).pipe(response);
      return;
    }
    const [start, end] = [Number(range[1]), Math.min(Number(range[2]), size - 1)];
    response.writeHead(206, {
      ...type,
      "Content-Length": end - start + 1,
      "Content-Range": `bytes ${start}-${end}/${size}`,
    });
    createReadStream(path, { start, end }).pipe(response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/`, close: () => void server.close() };
}
