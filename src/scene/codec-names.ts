const CODEC_NAMES: Readonly<Record<number, string>> = {
  1: "none",
  2: "CCITT RLE",
  3: "CCITT FAX3",
  4: "CCITT FAX4",
  5: "LZW",
  6: "old-style JPEG",
  7: "JPEG",
  8: "DEFLATE",
  32773: "PackBits",
  32946: "DEFLATE",
  33003: "JPEG 2000 (Aperio)",
  33005: "JPEG 2000 (Aperio)",
  34712: "JPEG 2000",
  34887: "LERC",
  34925: "LZMA",
  50000: "ZSTD",
  50001: "WebP",
  50002: "JPEG XL",
  52546: "JPEG XL",
};

/** Name of a TIFF compression value. */
export function codecName(compression: number): string {
  return CODEC_NAMES[compression] ?? String(compression);
}

/** True for JPEG and WebP: their blocks are pictures, decoded to pixels at once. */
export function isImageCodec(compression: number): boolean {
  return compression === 7 || compression === 50001;
}

/** Compressions whose blocks can be decoded here. */
const SUPPORTED: ReadonlySet<number> = new Set([1, 5, 7, 8, 32773, 32946, 50000, 50001]);

/** Names of the compressions whose blocks can be decoded here. */
export function supportedCodecs(): readonly string[] {
  return [...new Set([...SUPPORTED].map(codecName))];
}

/** True when blocks of this compression can be decoded here. */
export function isSupportedCodec(compression: number): boolean {
  return SUPPORTED.has(compression);
}
