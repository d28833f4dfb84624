import type { Scene } from "./scene.ts";

interface Entry {
  readonly scene: Promise<Scene>;
  users: number;
}

/** Scenes that are opened when they are read and closed when others are: many files, few file handles and caches. */
export class ScenePool {
  readonly #open: (path: string) => Promise<Scene>;
  readonly #limit: number;
  readonly #entries = new Map<string, Entry>();

  /** `limit`: scenes kept open while none of them is being read. */
  constructor(open: (path: string) => Promise<Scene>, limit: number) {
    this.#open = open;
    this.#limit = limit;
  }

  /** Does something with the scene of a path; it stays open meanwhile. */
  async use<T>(path: string, work: (scene: Scene) => Promise<T>): Promise<T> {
    const entry = this.#entries.get(path) ?? { scene: this.#open(path), users: 0 };
    this.#entries.delete(path);
    this.#entries.set(path, entry);
    entry.users++;
    try {
      return await work(await entry.scene);
    } catch (error) {
      if (this.#entries.get(path) === entry && (await failed(entry.scene))) this.#entries.delete(path);
      throw error;
    } finally {
      entry.users--;
      await this.#closeOthers();
    }
  }

  async close(): Promise<void> {
    const entries = [...this.#entries.values()];
    this.#entries.clear();
    await Promise.all(entries.map(closeScene));
  }

  /** Closes those that were used longest ago, until no more than the limit are open. */
  async #closeOthers(): Promise<void> {
    for (const [path, entry] of this.#entries) {
      if (this.#entries.size <= this.#limit) return;
      if (entry.users > 0) continue;
      this.#entries.delete(path);
      await closeScene(entry);
    }
  }
}

function failed(scene: Promise<Scene>): Promise<boolean> {
  return scene.then(
    () => false,
    () => true,
  );
}

async function closeScene({ scene }: Entry): Promise<void> {
  await scene.then(
    (open) => open.close(),
    () => undefined,
  );
}
