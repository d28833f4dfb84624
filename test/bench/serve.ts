/**
 * Tiles per second of `landstitch serve` and of nginx with the same tiles as files, side by side: 1,000 keep-alive clients (wrk) ask
 * for random tiles. `npm run bench:serve -- [seconds]`; needs nginx and wrk (apt-get install nginx-light wrk).
 */
import { type ChildProcess, execFile, execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { loadavg, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { mapScene } from "../../src/pipeline/map-scene.ts";
import { openBelow } from "../../src/serve/served-file.ts";
import { openArchive } from "../../src/serve/tile-archive.ts";
import { machine, median, spread, writeSection } from "./results.ts";

/** How busy the machine is with other things. */
const LOAD_BEFORE = loadavg()[0]!.toFixed(1);
const CLIENTS = 1000;
const ROUNDS = 3;
/** An answer that takes longer counts as late. */
const LATE_S = 10;
const seconds = Number(process.argv[2] ?? 60);
const town = fileURLToPath(new URL("../../sample-data/town.tif", import.meta.url));
const cli = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));
for (const tool of ["nginx", "wrk"]) {
  if (spawnSync(tool, ["-v"]).error === undefined) continue;
  process.stderr.write(`${tool} is not installed: apt-get install nginx-light wrk\n`);
  process.exit(2);
}

const scratch = mkdtempSync(join(tmpdir(), "landstitch-bench-"));
const map = join(scratch, "map");
const loose = join(scratch, "loose");
const children: ChildProcess[] = [];

interface Round {
  readonly perSecond: number;
  /** Answers other than a tile, and connections that broke. */
  readonly failures: number;
  /** Answers that took more than LATE_S. */
  readonly late: number;
}

try {
  await mapScene(town, map, { outputs: ["vector-tiles"], device: "cpu" });
  const paths = await unpackTiles();
  const script = writeScript(paths);
  const servers = { landstitch: await startOurs(), nginx: await startNginx() };
  const rounds: Record<keyof typeof servers, Round[]> = { landstitch: [], nginx: [] };
  for (const url of Object.values(servers)) await load(url, script, 3); // warm
  for (let i = 0; i < ROUNDS; i++) {
    for (const name of ["landstitch", "nginx"] as const) {
      rounds[name].push(await load(servers[name], script, seconds));
    }
  }
  report(paths.length, rounds);
} finally {
  for (const child of children) child.kill();
  rmSync(scratch, { recursive: true, force: true });
}

/** Writes every tile of the archive as a file, packed as it is; returns their paths in a URL. */
async function unpackTiles(): Promise<string[]> {
  const archive = await openArchive((await openBelow(map, ["landcover.pmtiles"]))!);
  const paths: string[] = [];
  const { minZoom, maxZoom, minLon, maxLon, minLat, maxLat } = archive.header;
  for (let z = minZoom; z <= maxZoom; z++) {
    const x = (lon: number): number => Math.floor(((lon + 180) / 360) * 2 ** z);
    const y = (lat: number): number =>
      Math.floor((0.5 - Math.asinh(Math.tan((lat * Math.PI) / 180)) / (2 * Math.PI)) * 2 ** z);
    for (let row = y(maxLat); row <= y(minLat); row++) {
      for (let col = x(minLon); col <= x(maxLon); col++) {
        const bytes = await archive.tile({ z, x: col, y: row });
        if (bytes === null) continue;
        const path = `tiles/landcover/${z}/${col}/${row}.mvt`;
        mkdirSync(dirname(join(loose, path)), { recursive: true });
        writeFileSync(join(loose, path), bytes);
        paths.push(path);
      }
    }
  }
  await archive.close();
  return paths;
}

/** A script for wrk: the tiles in a shuffled order, packed. */
function writeScript(paths: readonly string[]): string {
  const path = join(scratch, "tiles.lua");
  writeFileSync(
    path,
    `local paths = {${paths.map((one) => `"/${one}"`).join(",")}}
     local headers = { ["Accept-Encoding"] = "gzip" }
     math.randomseed(7)
     request = function() return wrk.format("GET", paths[math.random(#paths)], headers) end`,
  );
  return path;
}

async function startOurs(): Promise<string> {
  const child = spawn(process.execPath, [cli, "serve", map, "--port", "0"]);
  children.push(child);
  const [line] = await once(child.stdout, "data");
  return /http:\S+/.exec(String(line))![0];
}

async function startNginx(): Promise<string> {
  const port = await freePort();
  const config = join(scratch, "nginx.conf");
  writeFileSync(
    config,
    `worker_processes auto; pid ${scratch}/nginx.pid; error_log ${scratch}/error.log; daemon off;
     events { worker_connections 4096; }
     http { access_log off; sendfile on; tcp_nopush on; keepalive_requests 100000000; open_file_cache max=10000;
       client_body_temp_path ${scratch}; proxy_temp_path ${scratch}; fastcgi_temp_path ${scratch};
       uwsgi_temp_path ${scratch}; scgi_temp_path ${scratch};
       types { application/vnd.mapbox-vector-tile mvt; }
       server { listen 127.0.0.1:${port}; root ${loose}; add_header Content-Encoding gzip; } }`,
  );
  execFileSync("chmod", ["-R", "a+rX", scratch]);
  const child = spawn("nginx", ["-c", config], { stdio: "inherit" });
  children.push(child);
  const url = `http://127.0.0.1:${port}/`;
  for (let tries = 0; tries < 50; tries++) {
    if (await fetch(url).catch(() => null)) return url;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error("nginx does not answer");
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  server.close();
  return port;
}

/** Asks a server for tiles for so many seconds. */
async function load(url: string, script: string, duration: number): Promise<Round> {
  const args = ["-t1", `-c${CLIENTS}`, `-d${duration}s`, "--timeout", `${LATE_S}s`, "-s", script, url];
  const { stdout } = await promisify(execFile)("wrk", args);
  const number = (pattern: RegExp): number => Number(pattern.exec(stdout)?.[1] ?? 0);
  const sockets = /Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)/.exec(stdout) ?? [];
  const [broken, late] = [sockets.slice(1, 4), sockets.slice(4)].map((counts) =>
    counts.reduce((sum, text) => sum + Number(text), 0),
  );
  return {
    perSecond: number(/Requests\/sec:\s+([\d.]+)/),
    failures: number(/Non-2xx or 3xx responses: (\d+)/) + broken!,
    late: late!,
  };
}

function report(tiles: number, { landstitch, nginx }: Record<"landstitch" | "nginx", Round[]>): void {
  const rates = (rounds: readonly Round[]): number[] => rounds.map(({ perSecond }) => perSecond);
  const sum = (rounds: readonly Round[], of: "failures" | "late"): number =>
    rounds.reduce((total, one) => total + one[of], 0);
  const counts = (rounds: readonly Round[]): string => `${sum(rounds, "failures")} | ${sum(rounds, "late")}`;
  const share = median(rates(landstitch)) / median(rates(nginx));
  writeSection("Serving tiles", `npm run bench:serve -- ${seconds}`, [
    `${machine()}, load average ${LOAD_BEFORE} before. ${tiles} vector tiles of the sample town, ${CLIENTS} keep-alive clients (wrk, one thread, on the same cores) for`,
    `${seconds} s, ${ROUNDS} rounds in turn; median (lowest–highest).`,
    "",
    `| server | tiles per second | failures | later than ${LATE_S} s |`,
    "|---|---|---|---|",
    `| landstitch serve, a process for each core | ${spread(rates(landstitch), 0)} | ${counts(landstitch)} |`,
    `| nginx, a worker for each core, the tiles as files | ${spread(rates(nginx), 0)} | ${counts(nginx)} |`,
    "",
    `landstitch serve answers ${share.toFixed(2)} times as many as nginx; asked for: 0.33.`,
  ]);
}
