const RASTER = "https://stac-extensions.github.io/raster/v2.0.0/schema.json";

/** The extensions that every item uses, by their schemas. */
const ALWAYS = [
  "https://stac-extensions.github.io/projection/v2.0.0/schema.json",
  "https://stac-extensions.github.io/classification/v2.0.0/schema.json",
  "https://stac-extensions.github.io/processing/v1.2.0/schema.json",
  "https://stac-extensions.github.io/mlm/v1.4.0/schema.json",
  "https://stac-extensions.github.io/file/v2.1.0/schema.json",
] as const;

/** The schemas that an item declares. That of rasters refuses an item without any field of its own: it goes with a raster. */
export function stacExtensions(options: { readonly hasRaster: boolean }): readonly string[] {
  return options.hasRaster ? [RASTER, ...ALWAYS] : ALWAYS;
}
