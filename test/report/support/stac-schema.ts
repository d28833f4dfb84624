import * as z from "zod";

/*
 * What the official JSON schemas ask of an item like ours, written by hand from them: STAC item 1.1.0, raster 2.0.0, projection
 * 2.0.0, classification 2.0.0, processing 1.2.0, file 2.1.0 and mlm 1.4.0 (which refers to classification 1.1.0). An object is
 * strict where the schema forbids other fields of its prefix.
 */
const time = z.iso.datetime();
const multihash = z.string().regex(/^1220[0-9a-f]{64}$/);
const text = z.string().min(1);

const classObject = z.looseObject({
  value: z.int(),
  name: z.string().regex(/^[0-9A-Za-z-_]+$/),
  title: z.string().optional(),
  description: z.string().optional(),
  color_hint: z
    .string()
    .regex(/^[0-9A-Fa-f]{6}$/)
    .optional(),
  nodata: z.boolean().optional(),
  count: z.int().min(0).optional(),
});
const unique = (values: readonly unknown[]): boolean =>
  new Set(values.map((value) => JSON.stringify(value))).size === values.length;
const classes = z.array(classObject).min(1).refine(unique, "are unique");
/** MLM 1.4.0 refers to classification 1.1.0 for the classes of an output, where each has a description. */
const outputClasses = z
  .array(classObject.extend({ description: z.string() }))
  .min(1)
  .refine(unique, "are unique");

const dataType = z.enum([
  "int8",
  "int16",
  "int32",
  "uint8",
  "uint16",
  "uint32",
  "float32",
  "float64",
  "other",
]);
const band = z.looseObject({
  name: text,
  data_type: dataType.optional(),
  nodata: z.number().optional(),
  unit: z.string().optional(),
  "raster:sampling": z.enum(["area", "point"]).optional(),
  "raster:spatial_resolution": z.number().optional(),
});

const asset = z.looseObject({
  href: text,
  title: z.string(),
  type: z.string(),
  roles: z.array(z.string()).min(1),
  bands: z.array(band).min(1).optional(),
  "file:size": z.int().min(0).optional(),
  "file:checksum": multihash.optional(),
  "classification:classes": classes.optional(),
});

const tensor = z.strictObject({
  shape: z.array(z.int().min(-1)).min(1),
  dim_order: z.array(z.string().regex(/^[a-z-_]+$/)).min(1),
  data_type: dataType,
});
const tasks = z.array(z.literal("semantic-segmentation")).min(1);
const zScore = z.strictObject({ type: z.literal("z-score"), mean: z.number(), stddev: z.number() });

const properties = z.looseObject({
  datetime: time,
  created: time,
  title: z.string(),
  description: text,
  gsd: z.number().positive().optional(),
  bands: z.array(z.looseObject({ name: text })).min(1),
  "proj:code": z.string().nullable(),
  "proj:projjson": z.looseObject({ type: z.string() }).optional(),
  "proj:shape": z.tuple([z.int(), z.int()]),
  "proj:transform": z.union([z.array(z.number()).length(6), z.array(z.number()).length(9)]),
  "proj:bbox": z.array(z.number()).length(4).optional(),
  "processing:datetime": time,
  "processing:software": z.record(z.string(), z.string()),
  "processing:lineage": z.string(),
  "mlm:name": z.string().regex(/^[a-zA-Z][a-zA-Z0-9_.\-\s]+[a-zA-Z0-9]$/),
  "mlm:architecture": z.string(),
  "mlm:total_parameters": z.int().nonnegative().optional(),
  "mlm:tasks": tasks,
  "mlm:framework": z.literal("ONNX"),
  "mlm:input": z
    .array(
      z.strictObject({
        name: text,
        bands: z.array(text),
        input: tensor,
        value_scaling: z.array(zScore).min(1).nullable(),
        resize_type: z.null(),
        pre_processing_function: z.null(),
      }),
    )
    .length(1),
  "mlm:output": z
    .array(
      z.strictObject({
        name: text,
        tasks,
        result: tensor,
        "classification:classes": outputClasses,
        post_processing_function: z.null(),
      }),
    )
    .length(1),
  "mlm:hyperparameters": z
    .record(z.string().regex(/^[0-9a-zA-Z_.-]+$/), z.unknown())
    .refine((fields) => Object.keys(fields).length > 0),
});

const position = z.tuple([z.number().min(-180).max(180), z.number().min(-90).max(90)]);
const ring = z
  .array(position)
  .min(4)
  .refine((points) => points[0]!.join() === points.at(-1)!.join(), "is closed");
const geometry = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("Polygon"), coordinates: z.array(ring).min(1) }),
  z.strictObject({ type: z.literal("MultiPolygon"), coordinates: z.array(z.array(ring).min(1)).min(1) }),
]);

/** The fields that one extension's prefix allows in Item properties and in assets. */
const FIELDS: Readonly<Record<string, readonly string[]>> = {
  raster: ["bits_per_sample", "sampling", "scale", "offset", "spatial_resolution", "histogram"],
  proj: ["code", "wkt2", "projjson", "geometry", "bbox", "centroid", "shape", "transform"],
  classification: ["bitfields", "classes"],
  processing: ["expression", "lineage", "level", "facility", "version", "datetime", "software"],
  file: ["byte_order", "checksum", "header_size", "size", "values", "local_path"],
  mlm: "name architecture total_parameters tasks framework framework_version input output hyperparameters artifact_type".split(
    " ",
  ),
};

export const stacItemSchema = z
  .strictObject({
    type: z.literal("Feature"),
    stac_version: z.literal("1.1.0"),
    stac_extensions: z.array(
      z.string().regex(/^https:\/\/stac-extensions\.github\.io\/[a-z]+\/v\d+\.\d+\.\d+\/schema\.json$/),
    ),
    id: text,
    geometry: geometry.nullable(),
    bbox: z.array(z.number()).length(4).optional(),
    properties,
    links: z.array(
      z.looseObject({ rel: text, href: text }).refine(({ rel }) => rel !== "collection" && rel !== "self"),
    ),
    assets: z.record(text, asset),
  })
  .superRefine((item, context) => {
    const fault = (message: string): void => context.addIssue({ code: "custom", message });
    if ((item.geometry === null) !== (item.bbox === undefined)) fault("bbox goes with the geometry");
    const bands = [item.properties, ...Object.values(item.assets)].flatMap((object) => object.bands ?? []);
    for (const object of [item.properties, ...Object.values(item.assets), ...bands]) {
      for (const key of Object.keys(object)) {
        const [prefix = "", field] = key.split(":");
        if (field !== undefined && FIELDS[prefix]?.includes(field) !== true)
          fault(`${key} is no field of ${prefix}`);
      }
    }
    const models = Object.values(item.assets).filter(({ roles }) => roles.includes("mlm:model"));
    if (models.length === 0 || models.some((model) => typeof model["mlm:artifact_type"] !== "string"))
      fault("an asset with the role mlm:model has an artifact type");
    const withType = Object.values(item.assets).filter((one) => one["mlm:artifact_type"] !== undefined);
    if (withType.length !== models.length || item.properties["mlm:artifact_type"] !== undefined)
      fault("only an asset with the role mlm:model has an artifact type");
    const used = new Set(item.stac_extensions.map((url) => url.split("/")[3]));
    const hasRaster = bands.some((band) => Object.keys(band).some((key) => key.startsWith("raster:")));
    if (hasRaster !== used.has("raster")) fault("the raster extension goes with fields of its own");
    for (const name of ["projection", "classification", "processing", "mlm", "file"])
      if (!used.has(name)) fault(`${name} is not among the extensions`);
  });
