import { availableParallelism } from "node:os";
import { expect, test } from "vitest";
import { callCli } from "../support/run-cli.ts";

test("doctor says what the machine has, and for each GPU either that it works or what is missing and what to do", async () => {
  const { code, stdout, stderr } = await callCli("doctor");
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(stdout).toContain(process.versions.node);
  expect(stdout).toMatch(/^ONNX Runtime +1\.\d+/m);
  expect(stdout).toMatch(new RegExp(`^CPU +works: ${availableParallelism()} cores`, "m"));
  expect(stdout).toMatch(/^Codecs read +.*LZW.*ZSTD/m);
  for (const device of ["cuda", "webgpu"]) {
    expect(stdout).toMatch(new RegExp(`^${device} +(works$|not used: .{10})`, "m"));
    const works = new RegExp(`^${device} +works$`, "m").test(stdout);
    expect(stdout.includes(`For ${device}: Install`)).toBe(!works);
  }
});

test("doctor --json gives the same to programs", async () => {
  const { stdout } = await callCli("doctor", "--json");
  const { gpus, memory, disk, cpu } = JSON.parse(stdout);
  expect(gpus.map(({ device }: { device: string }) => device)).toEqual(["cuda", "webgpu"]);
  for (const { works, reason } of gpus) expect(reason === null).toBe(works);
  expect(memory.total).toBeGreaterThan(memory.free);
  expect(disk.free).toBeGreaterThan(0);
  expect(cpu.cores).toBe(availableParallelism());
});
