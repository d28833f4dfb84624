import { open } from "node:fs/promises";
import { FetchSource, type Header, PMTiles, type Source, TileType } from "pmtiles";
import { messageOf, UserError } from "../errors.ts";
import type { Inspection } from "./inspect-command.ts";
import { count } from "./output.ts";

/** A PMTiles archive: its header and metadata. Throws UserError "bad-archive" when it cannot be read. */
export async function inspectArchive(path: string): Promise<Inspection> {
  const remote = /^https?:/.test(path);
  const file = remote ? null : await open(path);
  const source: Source =
    file === null
      ? new FetchSource(path)
      : { getKey: () => path, getBytes: readFrom(file, (await file.stat()).size) };
  try {
    const archive = new PMTiles(source);
    const header = await archive.getHeader();
    const metadata = (await archive.getMetadata()) as Record<string, unknown>;
    return { facts: archiveFacts(header, metadata), json: { header, metadata }, errors: [], warnings: [] };
  } catch (cause) {
    throw new UserError("bad-archive", `${path}: ${messageOf(cause)}.`, "Write the archive again.", {
      cause,
    });
  } finally {
    await file?.close();
  }
}

/** Reads no more than there is: a damaged header may ask for any length. */
function readFrom(file: Awaited<ReturnType<typeof open>>, size: number): Source["getBytes"] {
  return async (offset, wanted) => {
    const length = Math.max(0, Math.min(wanted, size - offset));
    const { buffer, bytesRead } = await file.read(new Uint8Array(length), 0, length, offset);
    return { data: buffer.buffer.slice(0, bytesRead) };
  };
}

function archiveFacts(header: Header, metadata: Record<string, unknown>): (readonly [string, string])[] {
  const { minLon, minLat, maxLon, maxLat, minZoom, maxZoom, centerLon, centerLat, centerZoom } = header;
  const layers = Array.isArray(metadata["vector_layers"]) ? metadata["vector_layers"] : [];
  return [
    ["Format", `PMTiles ${header.specVersion}, ${TileType[header.tileType] ?? "unknown"} tiles`],
    ["Name", String(metadata["name"] ?? "none")],
    ["Zooms", `${minZoom}–${maxZoom}`],
    ["Bounds", [minLon, minLat, maxLon, maxLat].join(", ")],
    ["Centre", `${centerLon}, ${centerLat} at zoom ${centerZoom}`],
    [
      "Tiles",
      `${count(header.numAddressedTiles)} addressed, ${count(header.numTileContents)} stored${header.clustered ? ", clustered" : ""}`,
    ],
    ...(typeof metadata["tile_size"] === "number"
      ? [["Tile size", `${metadata["tile_size"]} px`] as const]
      : []),
    ["Layers", layers.map((layer: { id?: unknown }) => String(layer.id)).join(", ") || "none"],
  ];
}
