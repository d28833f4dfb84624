"""GDAL and GEOS look at a GeoJSON file of polygons: prints JSON {valid, invalid, pixels}: how many polygons are valid, and the
labels of the pixels whose centres they hold.

    gdal-check.py FILE WIDTH HEIGHT A B C D E F
"""
import json
import sys

from osgeo import gdal, ogr

gdal.UseExceptions()
path, width, height = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
a, b, c, d, e, f = map(float, sys.argv[4:10])
source = ogr.Open(path)
layer = source.GetLayer(0)
valid = [feature.GetGeometryRef().IsValid() for feature in layer]
layer.ResetReading()
target = gdal.GetDriverByName("MEM").Create("", width, height, 1, gdal.GDT_Byte)
target.SetGeoTransform([c, a, b, f, d, e])
if layer.GetSpatialRef():
    target.SetProjection(layer.GetSpatialRef().ExportToWkt())
target.GetRasterBand(1).Fill(255)
gdal.RasterizeLayer(target, [1], layer, options=["ATTRIBUTE=class_id"])
pixels = list(target.GetRasterBand(1).ReadRaster())
print(json.dumps({"valid": sum(valid), "invalid": len(valid) - sum(valid), "pixels": pixels}))
