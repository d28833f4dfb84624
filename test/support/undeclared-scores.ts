import { bytesField, fieldsOf, numberField } from "../../src/inference/protobuf.ts";

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
  return replaced(model, [7, 12, 2, 1], tensor);
}

/** The message with another value in a field of a field of it. */
function replaced(message: Uint8Array, [number, ...inner]: readonly number[], value: Uint8Array): Uint8Array {
  let from = 0;
  const fields: Uint8Array[] = [];
  for (const { number: found, start, end } of fieldsOf(message)) {
    const own = message.subarray(start, end);
    const isMeant = found === number;
    fields.push(
      isMeant
        ? bytesField(found, inner.length === 0 ? value : replaced(own, inner, value))
        : message.subarray(from, end),
    );
    from = end;
  }
  return Buffer.concat(fields);
}
