/** One process of several that serve a folder: started by processes.ts, which it lives and ends with. */
import { UserError } from "../errors.ts";
import type { ProcessMessage, ProcessTask } from "./processes.ts";
import { serveFolder } from "./server.ts";

const tell = (message: ProcessMessage): void => {
  process.send?.(message);
};

/** A terminal sends them to every process; the first one says when this one is to end. */
for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(name, () => undefined);

const { folder, ...options } = JSON.parse(process.argv[2]!) as ProcessTask;
try {
  const server = await serveFolder(folder, {
    ...options,
    onError: (message) => tell({ kind: "failed", message }),
  });
  process.once("disconnect", () => void server.close());
  tell({ kind: "listening", url: server.url });
} catch (error) {
  if (!(error instanceof UserError)) throw error;
  const { code, message, hint } = error;
  tell({ kind: "refused", code, message, hint });
}
