import { crsFromEpsg } from "../../../src/geo/crs.ts";
import { modelCardSchema } from "../../../src/inference/model-card.ts";
import { combineAreas } from "../../../src/report/areas.ts";
import type { MapRecord } from "../../../src/report/map-record.ts";

const card = modelCardSchema.parse({
  name: "pspnet-test",
  version: "1.0.0",
  description: "Two classes.",
  license: "CC0-1.0",
  architecture: "PSPNet",
  file: "model.onnx",
  sha256: "ab".repeat(32),
  input: { layout: "nhwc", dtype: "uint8", bands: ["red", "green", "blue"], multipleOf: 8 },
  output: { kind: "softmax" },
  classes: [
    { id: 0, name: "water", color: "#3b82c4", description: "Wet" },
    { id: 1, name: "land", color: "#f5e8bd" },
  ],
  chip: 512,
  overlap: 64,
  gsd: { nominal: 1, min: 0.5, max: 2 },
  training: { data: "Some images", split: "by tile", command: "train" },
  metrics: [
    {
      dataset: "test set",
      split: "validation",
      date: "2026-01-02",
      meanIoU: 0.7,
      pixelAccuracy: 0.8,
      perClass: { water: { iou: 0.6, precision: 0.9, recall: 0.7 } },
      confusion: [
        [900, 200],
        [100, 800],
      ],
      designEffect: [2, 4],
    },
  ],
});

/** A record of a map of two classes, of which a test changes what it is about. */
export function mapRecord(changes: Partial<MapRecord> = {}): MapRecord {
  const area = { meanConfidence: 80, lowConfidence: 0.05 };
  return {
    name: "scene.tif",
    inputs: [{ path: "folder/scene.tif", bytes: 1234, sha256: "cd".repeat(32) }],
    taken: null,
    attribution: undefined,
    grid: { width: 1000, height: 500, affine: [1, 0, 500_000, 0, -1, 2_300_000], crs: crsFromEpsg(32640) },
    gsd: 1,
    card,
    areas: combineAreas(
      {
        method: "ellipsoid",
        classes: [
          { id: 0, name: "water", pixels: 100_000, hectares: 10, share: 0.25, ...area },
          { id: 1, name: "land", pixels: 300_000, hectares: 30, share: 0.75, ...area },
        ],
        total: { pixels: 400_000, hectares: 40, share: 1, ...area },
        nodata: { pixels: 100_000, hectares: 10 },
      },
      null,
    ),
    warnings: [],
    config: { model: "pspnet-test", gsd: "auto", blend: "hann" },
    software: { landstitch: "0.1.0" },
    device: "cpu",
    workers: 2,
    chips: { planned: 6, inferred: 5, withoutData: 1 },
    skipped: [],
    stages: [{ stage: "map", seconds: 61, cpuSeconds: 100 }],
    peakMemoryBytes: 5e8,
    started: "2026-01-02T03:04:05.000Z",
    finished: "2026-01-02T03:05:06.000Z",
    ...changes,
  };
}

/** The same model under another card. */
export function cardWith(changes: Partial<MapRecord["card"]>): MapRecord["card"] {
  return { ...card, ...changes };
}
