import { countText, percentText } from "./figures.ts";
import type { MapRecord } from "./map-record.ts";

/** More of the map without data than this is said first. */
const MUCH_NODATA = 0.01;
/** More of the map uncertain than this is said first. */
const MUCH_UNSURE = 0.1;

/** Share (0–1) of the map's pixels that hold no data. */
export function nodataShare({ areas, grid }: Pick<MapRecord, "areas" | "grid">): number {
  return areas.nodata.pixels / (grid.width * grid.height);
}

/** What a reader must know before the figures: much without data, much uncertain, and all that the run warned of. */
export function reportWarnings(record: MapRecord): readonly string[] {
  const unsure = record.areas.total.lowConfidence;
  const nodata = nodataShare(record);
  return [
    ...record.warnings.map(({ message }) => sentence(message)),
    ...(record.skipped.length > 0
      ? [
          `${countText(record.skipped.length)} ${record.skipped.length === 1 ? "part" : "parts"} of the scene could not be read or inferred and hold no data: see “What was left out”.`,
        ]
      : []),
    ...(nodata > MUCH_NODATA
      ? [`${percentText(nodata)} of the map holds no data; areas and shares leave it out.`]
      : []),
    ...(unsure !== null && unsure > MUCH_UNSURE
      ? [`The model is less than 50 % sure of ${percentText(unsure)} of the pixels.`]
      : []),
  ];
}

function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
