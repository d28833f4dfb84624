import { FetchSource, type RangeResponse } from "pmtiles";

/** A PMTiles archive on the page's host. Its first 16 kB are kept: they hold the metadata too, which so costs no request of its own. */
export class ArchiveSource extends FetchSource {
  #head: RangeResponse | null = null;

  override async getBytes(
    offset: number,
    length: number,
    signal?: AbortSignal,
    etag?: string,
  ): Promise<RangeResponse> {
    const head = this.#head;
    const end = offset + length;
    if (head !== null && offset > 0 && end <= head.data.byteLength && etag === head.etag)
      return { ...head, data: head.data.slice(offset, end) };
    const found = await super.getBytes(offset, length, signal, etag);
    if (offset === 0) this.#head = found;
    return found;
  }
}
