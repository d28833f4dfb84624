const NUMBER = new Intl.NumberFormat("en", { maximumSignificantDigits: 3 });
const WHOLE = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });

/** "675 ha", "1,234 ha", "0.12 ha": three digits, or all of those before the point. */
export function hectaresText(hectares: number): string {
  return `${threeDigits(hectares)} ha`;
}

/** "851 m²" below a hectare, else hectares with both: "1.23 ha". */
export function areaText(squareMetres: number): string {
  return squareMetres < 10_000 ? `${threeDigits(squareMetres)} m²` : hectaresText(squareMetres / 10_000);
}

/** "12.3 %" of a share from 0 to 1. */
export function shareText(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}

/** Three significant digits, all of those before the point, with thousands apart. */
export function threeDigits(value: number): string {
  return Math.abs(value) >= 100 ? WHOLE.format(value) : NUMBER.format(value);
}

/** "25.5 MB" in decimal units. */
export function bytesText(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  const power = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, bytes)) / 3)));
  return `${power === 0 ? bytes : (bytes / 1000 ** power).toPrecision(3)} ${units[power]}`;
}

/** "20.72207° N, 54.17765° E": to about a metre. */
export function coordinatesText([lon, lat]: readonly [number, number]): string {
  const wrapped = ((((lon + 180) % 360) + 360) % 360) - 180;
  const side = (value: number, positive: string, negative: string): string =>
    `${Math.abs(value).toFixed(5)}° ${value < 0 ? negative : positive}`;
  return `${side(lat, "N", "S")}, ${side(wrapped, "E", "W")}`;
}
