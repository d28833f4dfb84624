import { numberOf, textOf, valuesOf } from "./protobuf.ts";

/** An output of a graph, as its file declares it. */
export interface DeclaredOutput {
  readonly name: string;
  /** TensorProto.DataType; null where it is no tensor. */
  readonly type: number | null;
  /** Sizes of the axes, null where free; null where there is no shape. */
  readonly shape: readonly (number | null)[] | null;
}

/** What the file of a model says without being loaded. */
export interface DeclaredGraph {
  /** Version of ONNX's own operators; null where the model says none. */
  readonly opset: number | null;
  readonly outputs: readonly DeclaredOutput[];
}

/** Reads ModelProto: graph = 7 { output = 12 }, opset_import = 8 { domain = 1, version = 2 }. Nothing is found where it is none. */
export function declaredGraph(model: Uint8Array): DeclaredGraph {
  const own = valuesOf(model, 8).find((opset) => ["", "ai.onnx"].includes(textOf(opset, 1)));
  const outputs = valuesOf(model, 7).flatMap((graph) => valuesOf(graph, 12));
  return { opset: own === undefined ? null : numberOf(own, 2), outputs: outputs.map(declaredOutput) };
}

/** ValueInfoProto: name = 1, type = 2 { tensor_type = 1 { elem_type = 1, shape = 2 { dim = 1 { dim_value = 1 } } } }. */
function declaredOutput(info: Uint8Array): DeclaredOutput {
  const [tensor] = valuesOf(info, 2).flatMap((type) => valuesOf(type, 1));
  if (tensor === undefined) return { name: textOf(info, 1), type: null, shape: null };
  const [shape] = valuesOf(tensor, 2);
  return {
    name: textOf(info, 1),
    type: numberOf(tensor, 1),
    shape: shape === undefined ? null : valuesOf(shape, 1).map((dim) => numberOf(dim, 1)),
  };
}
