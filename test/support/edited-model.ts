import { bytesField, fieldsOf, numberField, textOf, valuesOf } from "../../src/inference/protobuf.ts";

/** An ONNX model whose outputs are declared as float32 of any shape; or of four axes of any length. */
export function undeclaredScores(model: Uint8Array, axes: 4 | null): Uint8Array {
  const dims =
    axes === null
      ? []
      : [
          bytesField(
            2,
            Array.from({ length: axes }, () => bytesField(1, [])),
          ),
        ];
  const tensor = Buffer.concat([numberField(1, 1), ...dims]);
  // ModelProto.graph, GraphProto.output, ValueInfoProto.type, TypeProto.tensor_type
  return edited(model, [7, 12, 2, 1], () => tensor);
}

/** The ONNX model with its weights in another file beside it. */
export function withExternalData(model: Uint8Array, fileName: string) {
  const weights: Uint8Array[] = [];
  let offset = 0;
  // ModelProto.graph, GraphProto.initializer
  const graph = edited(model, [7, 5], (tensor) => {
    const [raw] = valuesOf(tensor, 9);
    const told = { location: fileName, offset, length: raw!.length };
    weights.push(raw!);
    offset += raw!.length;
    // TensorProto: dims = 1, data_type = 2, name = 8, external_data = 13 { key = 1, value = 2 }, data_location = 14
    const kept = [...fieldsOf(tensor)].flatMap(({ number, value }) =>
      number < 3 ? [numberField(number, value!)] : [],
    );
    const entries = Object.entries(told).map(([key, value]) =>
      bytesField(13, [bytesField(1, key), bytesField(2, String(value))]),
    );
    return Buffer.concat([...kept, bytesField(8, textOf(tensor, 8)), ...entries, numberField(14, 1)]);
  });
  return { graph, weights: Buffer.concat(weights) };
}

/** The message with each value of a field changed, or of a field in that field. */
function edited(
  message: Uint8Array,
  [number, ...inner]: readonly number[],
  change: (value: Uint8Array) => Uint8Array,
): Uint8Array {
  let from = 0;
  const fields: Uint8Array[] = [];
  for (const field of fieldsOf(message)) {
    const own = message.subarray(field.start, field.end);
    if (field.number !== number) fields.push(message.subarray(from, field.end));
    else fields.push(bytesField(number, inner.length === 0 ? change(own) : edited(own, inner, change)));
    from = field.end;
  }
  return Buffer.concat(fields);
}
