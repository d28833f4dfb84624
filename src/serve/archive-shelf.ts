import { openBelow } from "./served-file.ts";
import { openArchive, type TileArchive } from "./tile-archive.ts";

/** How long an archive is served before its file is looked at again (ms). */
const FRESH_MS = 1000;

/** The PMTiles archives of a folder, opened when first asked for, and again when their file has changed. */
export interface ArchiveShelf {
  /** The archive NAME.pmtiles; null where there is none. Rejects where the file is no archive. */
  get(name: string): Promise<TileArchive | null>;
  close(): Promise<void>;
}

interface Place {
  readonly archive: TileArchive;
  checked: number;
}

/** The shelf of a folder; `root` is its real path. */
export function archiveShelf(root: string): ArchiveShelf {
  const places = new Map<string, Place>();
  const opening = new Map<string, Promise<TileArchive | null>>();

  async function look(name: string): Promise<TileArchive | null> {
    const file = await openBelow(root, [`${name}.pmtiles`]);
    const place = places.get(name);
    if (file !== null && place !== undefined && file.etag === place.archive.etag) {
      await file.handle.close();
      place.checked = performance.now();
      return place.archive;
    }
    places.delete(name);
    await place?.archive.close();
    if (file === null) return null;
    const archive = await openArchive(file);
    places.set(name, { archive, checked: performance.now() });
    return archive;
  }

  return {
    async get(name) {
      const place = places.get(name);
      if (place !== undefined && performance.now() - place.checked < FRESH_MS) return place.archive;
      const found = opening.get(name) ?? look(name).finally(() => opening.delete(name));
      opening.set(name, found);
      return found;
    },
    async close() {
      await Promise.allSettled(opening.values());
      await Promise.all([...places.values()].map(({ archive }) => archive.close()));
    },
  };
}
