import { spawn } from "node:child_process";
import cluster from "node:cluster";
import { once } from "node:events";
import { mkdirSync, truncateSync, writeFileSync } from "node:fs";
import { get } from "node:http";
import { connect } from "node:net";
import { join } from "node:path";
import { expect, test } from "vitest";
import { serveInProcesses } from "../../src/serve/processes.ts";
import { serveFolder } from "../../src/serve/server.ts";
import { CLI, callCli } from "../support/run-cli.ts";
import { scratchFolder } from "../support/scratch.ts";
import { expectUserError } from "../support/user-error.ts";

const scratch = scratchFolder();
const LOCAL = { host: "127.0.0.1", port: 0 };

function folderOf(name: string, files: Record<string, string>): string {
  const folder = join(scratch, name);
  mkdirSync(folder);
  for (const [file, text] of Object.entries(files)) writeFileSync(join(folder, file), text);
  return folder;
}

test("two folders are served side by side, and the first page is told to compare", async () => {
  const [before, after] = [folderOf("b", { "run.json": "1" }), folderOf("a", { "run.json": "2" })];
  const { url, close } = await serveFolder(before, { ...LOCAL, other: after });
  const root = await fetch(url, { redirect: "manual" });
  expect([root.status, root.headers.get("location")]).toEqual([302, "/before/#compare=../after/"]);
  expect(await (await fetch(new URL("before/run.json", url))).text()).toBe("1");
  expect(await (await fetch(new URL("after/run.json", url))).text()).toBe("2");
  expect((await fetch(new URL("after", url))).url).toBe(`${url}after/`);
  expect((await fetch(new URL("run.json", url))).status).toBe(404);
  await close();
});

test("a server that is closed lets an answer under way finish, ends idle connections and takes no more", async () => {
  const folder = folderOf("closing", { "large.tif": "" });
  truncateSync(join(folder, "large.tif"), 50_000_000);
  const { url, close } = await serveFolder(folder, LOCAL);
  const idle = connect({ port: Number(new URL(url).port), host: "127.0.0.1" });
  await once(idle, "connect");
  const [response] = await once(get(new URL("large.tif", url), { agent: false }), "response");
  const closing = close();
  let bytes = 0;
  for await (const chunk of response) bytes += (chunk as Buffer).length;
  expect(bytes).toBe(50_000_000);
  await closing;
  await expect(fetch(url)).rejects.toThrow();
  idle.destroy();
});

test("a folder that is not there and a port in use are told in two lines, exit 2", async () => {
  expectUserError(
    await callCli("serve", join(scratch, "missing")),
    /missing is not there/,
    /`landstitch map`/,
  );
  const { url, close } = await serveFolder(folderOf("busy", {}), LOCAL);
  const { port } = new URL(url);
  expectUserError(
    await callCli("serve", scratch, "--port", port),
    new RegExp(`Port ${port} of 127\\.0\\.0\\.1 is in use`),
    /--port 0/,
  );
  await close();
});

test("the command says where it serves, on this machine alone, and Ctrl-C ends it with exit 0", async () => {
  const child = spawn(process.execPath, [
    CLI,
    "serve",
    folderOf("cli", { "a.txt": "served" }),
    "--port",
    "0",
  ]);
  const [line] = await once(child.stdout.setEncoding("utf8"), "data");
  const url = /http:\/\/127\.0\.0\.1:\d+\//.exec(String(line))![0];
  expect(await (await fetch(`${url}a.txt`)).text()).toBe("served");
  child.kill("SIGINT");
  expect(await once(child, "exit")).toEqual([0, null]);
});

test("several processes share a port; one that is killed is replaced and told of", {
  timeout: 30_000,
}, async () => {
  const [before, after] = [folderOf("b2", { "run.json": "1" }), folderOf("a2", { "run.json": "2" })];
  const errors: string[] = [];
  const onError = (text: string): void => void errors.push(text);
  const { url, close } = await serveInProcesses(2, before, { ...LOCAL, other: after, onError });
  const ask = { headers: { connection: "close" } };
  const answer = async (): Promise<string> =>
    (await fetch(new URL("after/run.json", url), { ...ask, signal: AbortSignal.timeout(1000) })).text();
  const processes = Object.values(cluster.workers!).map((worker) => worker!.process.pid!);
  expect(new Set(processes).size).toBe(2);
  for (const pid of processes) {
    const replaced = once(cluster, "listening");
    process.kill(pid, "SIGKILL");
    // a connection that was on its way to that process is lost with it
    await expect.poll(() => answer().catch(String), { timeout: 10_000 }).toBe("2");
    await replaced;
  }
  expect(errors.length).toBe(2);
  expect(errors[0]).toMatch(/^A process of the server ended \(SIGKILL\); another one takes its place\.$/);
  expect(Object.keys(cluster.workers!).length).toBe(2);
  expect(await Promise.all(Array.from({ length: 8 }, answer))).toEqual(Array(8).fill("2"));
  await close();
  expect(cluster.workers).toEqual({});
  await expect(fetch(url)).rejects.toThrow();
});
