/** A position in pixels: (0, 0) is the outer corner of the first pixel, (0.5, 0.5) its centre. */
export type PixelPoint = readonly [col: number, row: number] & { readonly space?: "pixel" };

/** A position in CRS units (metres, feet or degrees): x east or longitude first, then y. */
export type WorldPoint = readonly [x: number, y: number] & { readonly space?: "world" };

/** Pixel → world, rasterio order: x = a·col + b·row + c, y = d·col + e·row + f. GDAL's order is [c, a, b, f, d, e]. */
export type Affine = readonly [a: number, b: number, c: number, d: number, e: number, f: number];

/** World is pixel space itself, rows downwards: what a raster without georeference gets. */
export const IDENTITY: Affine = [1, 0, 0, 0, 1, 0];

/** A pixel position (px). */
export function pixelPoint(col: number, row: number): PixelPoint {
  return [col, row] as PixelPoint;
}

/** A world position (CRS units). */
export function worldPoint(x: number, y: number): WorldPoint {
  return [x, y] as WorldPoint;
}

/** World position (CRS units) of a pixel position (px). Add 0.5 to both for a pixel's centre. */
export function pixelToWorld([a, b, c, d, e, f]: Affine, [col, row]: PixelPoint): WorldPoint {
  return worldPoint(a * col + b * row + c, d * col + e * row + f);
}

/** Pixel position (px) of a world position (CRS units). Invert the affine once when there are many points. */
export function worldToPixel(affine: Affine, [x, y]: WorldPoint): PixelPoint {
  const [a, b, c, d, e, f] = invertAffine(affine);
  return pixelPoint(a * x + b * y + c, d * x + e * y + f);
}

/** Area of one pixel in squared CRS units, with the sign of its orientation (negative for north-up). */
export function determinant([a, b, , d, e]: Affine): number {
  return a * e - b * d;
}

/** The world → pixel affine. Throws RangeError when the pixel has no area. */
export function invertAffine(affine: Affine): Affine {
  const [a, b, c, d, e, f] = affine;
  const det = determinant(affine);
  if (!Number.isFinite(det) || det === 0)
    throw new RangeError(`affine [${affine.join(", ")}] has no inverse`);
  return [e / det, -b / det, (b * f - e * c) / det, -d / det, a / det, (d * c - a * f) / det];
}

/** The affine that applies `inner` first, then `outer`: with outer = world → pixel and inner = pixel → world, one grid's pixels in another's. */
export function composeAffines(outer: Affine, inner: Affine): Affine {
  const [a, b, c, d, e, f] = outer;
  const [g, h, i, j, k, l] = inner;
  return [a * g + b * j, a * h + b * k, a * i + b * l + c, d * g + e * j, d * h + e * k, d * i + e * l + f];
}

/** The affine of the grid whose pixel (0, 0) is the given pixel of this one and whose pixels are `scale` times larger. */
export function rebaseAffine(affine: Affine, origin: PixelPoint, scaleX = 1, scaleY = scaleX): Affine {
  const [a, b, , d, e] = affine;
  const [x, y] = pixelToWorld(affine, origin);
  return [a * scaleX, b * scaleY, x, d * scaleX, e * scaleY, y];
}

/** True when rows run along parallels and columns along meridians of the CRS: no rotation, no shear. */
export function isAxisAligned([, b, , d]: Affine): boolean {
  return b === 0 && d === 0;
}
