"""Reads {"maps": [[[ring, ...], ...], ...]} from stdin, a ring being [x, y, ...] and closed: what GEOS says of each map's polygons."""

import json
import sys

import shapely


def polygon(rings):
    points = [list(zip(ring[::2], ring[1::2])) for ring in rings]
    return shapely.Polygon(points[0], points[1:])


def describe(rings_of_polygons):
    polygons = [polygon(rings) for rings in rings_of_polygons]
    return {
        "coverage": bool(shapely.coverage_is_valid(polygons)),
        "invalid": [shapely.is_valid_reason(p) for p in polygons if not p.is_valid],
    }


json.dump([describe(one) for one in json.load(sys.stdin)["maps"]], sys.stdout)
