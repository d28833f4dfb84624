import { type PublishSceneOptions, publishScene } from "../pipeline/publish-scene.ts";
import { bytesText, type CommandOutput, count } from "./output.ts";
import { runView } from "./run-view.ts";

/** Flags of `landstitch tiles`, parsed. */
export interface TilesFlags extends Omit<PublishSceneOptions, "signal" | "onEvent" | "format" | "tileSize"> {
  readonly output: string;
  readonly rasterTileFormat: NonNullable<PublishSceneOptions["format"]>;
  readonly tileSize: "256" | "512";
  readonly json?: boolean;
  readonly quiet?: boolean;
}

/** `landstitch tiles SCENE -o FILE.pmtiles`: publishes a scene, shows the progress, and says what was written. */
export async function tilesCommand(
  scene: string,
  { output: file, rasterTileFormat: format, tileSize, json = false, quiet = false, ...options }: TilesFlags,
  output: CommandOutput,
  signal: AbortSignal,
): Promise<void> {
  const view = runView(output, json ? "json" : quiet ? "quiet" : "text");
  try {
    const { bytes, tiles, minZoom, maxZoom } = await publishScene(scene, file, {
      ...options,
      format,
      tileSize: tileSize === "256" ? 256 : 512,
      signal,
      onEvent: view.show,
    });
    if (!json && !quiet)
      output.out(`${file}  ${bytesText(bytes)}  ${count(tiles)} tiles, zooms ${minZoom}–${maxZoom}\n`);
  } finally {
    view.close();
  }
}
