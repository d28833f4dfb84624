"""Child of read.ts: reads the same windows with GDAL on one thread, a row of them first, uncounted. Prints {megapixels, cpuSeconds, sum}."""

import json
import resource
import sys

from osgeo import gdal

gdal.UseExceptions()
path, size, stride = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])


def read_all(last_row):
    dataset = gdal.Open(path)
    width, height = dataset.RasterXSize, dataset.RasterYSize
    pixels, total = 0, 0
    for row in range(0, min(height, last_row), stride):
        for col in range(0, width, stride):
            w, h = min(size, width - col), min(size, height - row)
            data = dataset.ReadAsArray(col, row, w, h, interleave="pixel")
            flat = data.reshape(-1)
            pixels += w * h
            total += int(flat[0]) + int(flat[-1]) + int(flat[flat.size >> 1])
    return pixels, total


read_all(stride)
before = resource.getrusage(resource.RUSAGE_SELF)
pixels, total = read_all(sys.maxsize)
after = resource.getrusage(resource.RUSAGE_SELF)
seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
print(json.dumps({"megapixels": pixels / 1e6, "cpuSeconds": seconds, "sum": total}))
