const UNKNOWN = "–";

/** "1,235", "123", "12.0", "0.00123": hectares, the digits that mean something. */
export function hectaresText(value: number | null): string {
  if (value === null) return UNKNOWN;
  if (value === 0) return "0";
  if (Math.abs(value) >= 100) return countText(value);
  return value.toLocaleString("en-US", { minimumSignificantDigits: 3, maximumSignificantDigits: 3 });
}

/** "1,300", "34", "2.0", "0.012": an error margin, to two digits. */
export function marginText(value: number): string {
  return value.toLocaleString("en-US", { minimumSignificantDigits: 2, maximumSignificantDigits: 2 });
}

/** "42.2 %" of a share 0–1. */
export function percentText(share: number | null, decimals = 1): string {
  return share === null ? UNKNOWN : `${(share * 100).toFixed(decimals)} %`;
}

/** "0.631" of a score 0–1. */
export function scoreText(score: number | null | undefined): string {
  return score === null || score === undefined ? UNKNOWN : score.toFixed(3);
}

/** "12,345" */
export function countText(value: number): string {
  return value.toLocaleString("en-US", { maximumFractionDigits: 0 });
}

/** "0.999 m", "10 m" */
export function metresText(metres: number | null): string {
  return metres === null ? "unknown" : `${Number(metres.toPrecision(3))} m`;
}

/** "1 h 02 min", "3 min 20 s" or "4.2 s". */
export function secondsText(seconds: number): string {
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60)];
  if (hours === 0) return `${minutes} min ${String(whole % 60).padStart(2, "0")} s`;
  return `${hours} h ${String(minutes).padStart(2, "0")} min`;
}

/** "25.5 MB": bytes in decimal units. */
export function bytesText(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  const power = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3));
  return `${Number((bytes / 1000 ** power).toPrecision(3))} ${units[power]}`;
}

/** "21 Nov 2026, 15:19 UTC" of an RFC 3339 time. */
export function timeText(time: string): string {
  const date = new Date(time);
  const day = date.toLocaleDateString("en-GB", {
    day: "numeric",
    month: "short",
    year: "numeric",
    timeZone: "UTC",
  });
  return `${day}, ${date.toISOString().slice(11, 16)} UTC`;
}
