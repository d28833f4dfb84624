import { gridBounds, groundSampleDistance } from "../geo/grid.ts";
import { validateCog } from "../raster/cog-validator.ts";
import { openScene } from "../scene/open-scene.ts";
import type { Scene } from "../scene/scene.ts";
import type { Inspection } from "./inspect-command.ts";
import { bytesText, count } from "./output.ts";

/** A scene: grid, bands, storage, and how it keeps the rules of a cloud-optimised GeoTIFF. */
export async function inspectScene(path: string): Promise<Inspection> {
  const scene = await openScene(path);
  try {
    const cog = /^https?:/.test(path) ? null : await validateCog(path);
    return {
      facts: [...gridFacts(scene), ...contentFacts(scene), ["COG", cogText(cog)]],
      json: details(scene),
      errors: cog?.errors ?? [],
      warnings: cog?.warnings ?? [],
    };
  } finally {
    await scene.close();
  }
}

function cogText(cog: { readonly errors: readonly string[] } | null): string {
  if (cog === null) return "not checked for a URL";
  return cog.errors.length === 0 ? "yes" : "no, see below";
}

function gridFacts({ grid }: Scene): (readonly [string, string])[] {
  const { width, height, crs, affine } = grid;
  const gsd = groundSampleDistance(grid);
  return [
    ["Size", `${count(width)} x ${count(height)} px (${((width * height) / 1e6).toFixed(1)} Mpx)`],
    ["CRS", crs === null ? "none" : `${crs.epsg === null ? "" : `EPSG:${crs.epsg} `}${crs.name}`],
    ["GSD", gsd === null ? "unknown" : `${gsd.toPrecision(4)} m`],
    ["Affine", affine.join(", ")],
    ["Bounds", gridBounds(grid).join(", ")],
  ];
}

function contentFacts(scene: Scene): (readonly [string, string])[] {
  const { bands, sampleType, nodata, maskSource, overviews, storage, palette } = scene;
  const { format, compression, tiled, blockWidth, blockHeight, byteLength } = storage;
  return [
    ["Bands", `${bands.map(({ role, name }, i) => `${i + 1} ${name ?? role}`).join(", ")} (${sampleType})`],
    ["Nodata", `${nodata ?? "no tag"}; mask from ${maskSource}`],
    [
      "Storage",
      `${format}, ${compression}, ${tiled ? "tiles" : "strips"} of ${blockWidth} x ${blockHeight}${byteLength === null ? "" : `, ${bytesText(byteLength)}`}`,
    ],
    [
      "Overviews",
      overviews.length === 0
        ? "none"
        : overviews.map(({ width, height }) => `${width} x ${height}`).join(", "),
    ],
    ...(palette === null
      ? []
      : [["Classes", palette.map(({ value, name }) => `${value} ${name ?? ""}`).join(", ")] as const]),
  ];
}

function details(scene: Scene): object {
  const { grid, bands, sampleType, nodata, maskSource, overviews, storage, palette, tags } = scene;
  const { width, height, affine, crs } = grid;
  return {
    width,
    height,
    affine,
    crs: crs === null ? null : { epsg: crs.epsg, name: crs.name, proj4: crs.proj4 },
    gsd: groundSampleDistance(grid),
    bounds: gridBounds(grid),
    ...{ bands, sampleType, nodata, maskSource, overviews, storage, palette, tags },
  };
}
