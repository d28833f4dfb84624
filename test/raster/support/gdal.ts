import { execFileSync } from "node:child_process";
import { dirname, join } from "node:path";

/** What GDAL finds in a raster; `levels` are full resolution and the overviews, digests are SHA-256 of their samples (interleaved). */
export interface GdalReport {
  readonly cogErrors: readonly string[];
  readonly cogWarnings: readonly string[];
  readonly driver: string;
  readonly structure: Readonly<Record<string, string>>;
  readonly transform: readonly number[];
  readonly epsg: string | null;
  readonly crsName: string | null;
  readonly tags: Readonly<Record<string, string>>;
  readonly bandNames: readonly string[];
  readonly interpretation: readonly string[];
  readonly nodata: number | null;
  readonly colors: readonly (readonly number[])[] | null;
  readonly categories: readonly string[] | null;
  readonly levels: readonly {
    readonly width: number;
    readonly height: number;
    readonly digest: string;
    readonly maskDigest: string;
    readonly maskFlags: number;
  }[];
}

const SCRIPT = `
import hashlib, json, sys
from osgeo import gdal
from osgeo_utils.samples.validate_cloud_optimized_geotiff import validate
gdal.UseExceptions()

def level(ds):
    size = gdal.GetDataTypeSize(ds.GetRasterBand(1).DataType) // 8
    n = ds.RasterCount
    data = ds.ReadRaster(buf_pixel_space=size * n, buf_line_space=size * n * ds.RasterXSize, buf_band_space=size)
    mask = ds.GetRasterBand(1).GetMaskBand()
    return dict(width=ds.RasterXSize, height=ds.RasterYSize, digest=hashlib.sha256(data).hexdigest(),
                maskDigest=hashlib.sha256(mask.ReadRaster()).hexdigest(),
                maskFlags=ds.GetRasterBand(1).GetMaskFlags())

def report(path):
    warnings, errors, _ = validate(path, full_check=True)
    ds = gdal.Open(path)
    band = ds.GetRasterBand(1)
    table = band.GetColorTable()
    srs = ds.GetSpatialRef()
    overviews = [gdal.OpenEx(path, open_options=["OVERVIEW_LEVEL=%d" % i]) for i in range(band.GetOverviewCount())]
    bands = [ds.GetRasterBand(i + 1) for i in range(ds.RasterCount)]
    return dict(cogErrors=errors, cogWarnings=warnings, driver=ds.GetDriver().ShortName,
                structure=ds.GetMetadata("IMAGE_STRUCTURE"), transform=ds.GetGeoTransform(),
                epsg=srs.GetAuthorityCode(None) if srs else None, crsName=srs.GetName() if srs else None,
                tags=ds.GetMetadata(), bandNames=[b.GetDescription() for b in bands],
                interpretation=[gdal.GetColorInterpretationName(b.GetColorInterpretation()) for b in bands],
                nodata=band.GetNoDataValue(), categories=band.GetCategoryNames(),
                colors=[table.GetColorEntry(i) for i in range(table.GetCount())] if table else None,
                levels=[level(d) for d in [ds] + overviews])

gdal.SetConfigOption("GDAL_PAM_ENABLED", "YES")
print(json.dumps([report(path) for path in sys.argv[1:]]))
`;

/** The Python beside gdalinfo, when it can load GDAL and its validator, else null. */
const python = findPython();

/** False where GDAL with its Python module is not installed: then tests that ask it skip themselves. */
export const hasGdal = python !== null;

/** A title that says why a test did not run. */
export function gdalTitle(title: string): string {
  return hasGdal ? title : `${title} (skipped: no GDAL)`;
}

function findPython(): string | null {
  try {
    const gdalinfo = execFileSync("which", ["gdalinfo"], { encoding: "utf8" }).trim();
    const candidate = join(dirname(gdalinfo), "python3");
    execFileSync(candidate, ["-c", "import osgeo_utils.samples.validate_cloud_optimized_geotiff"], {
      stdio: "ignore",
    });
    return candidate;
  } catch {
    return null;
  }
}

/** Asks GDAL about files, all in one process. */
export function gdalReports(paths: readonly string[]): readonly GdalReport[] {
  const output = execFileSync(python!, ["-c", SCRIPT, ...paths], {
    encoding: "utf8",
    maxBuffer: 1 << 26,
    stdio: "pipe",
  });
  return JSON.parse(output) as readonly GdalReport[];
}

/** Runs a GDAL program. */
export function gdal(program: "gdal_translate" | "gdaladdo", args: readonly string[]): void {
  execFileSync(program, ["-q", ...args], { stdio: "pipe" });
}
