import { bytesField, numberField } from "./protobuf.ts";

/** Element types of tensors by their number in ONNX's TensorProto.DataType. */
export const FLOAT = 1;
export const INT32 = 6;
const INT64 = 7;

/** Numbers of AttributeProto.AttributeType. */
const [INT, TENSOR, INTS] = [2, 4, 7];

/** Attributes of a node that are whole numbers, or lists of them. */
export type Attributes = Readonly<Record<string, number | readonly number[]>>;

/**
 * Nodes and outputs to be appended to a model. Serialised messages that follow each other merge, field by field, lists behind lists:
 * what comes last need not know what is in the graph but the names that it goes on from. Constants are nodes too: models of before
 * 2018 (IR 3) must not have initialisers that are no inputs.
 */
export class NodeList {
  readonly #prefix: string;
  readonly #opset: number;
  /** Fields of GraphProto: node = 1, input = 11, output = 12. */
  readonly #fields: Uint8Array[] = [];
  #count = 0;

  /** Values are called `prefix` and a number. `opset`: version of the operators that the model is written in. */
  constructor(prefix: string, opset: number) {
    this.#prefix = prefix;
    this.#opset = opset;
  }

  /** A node of one output; returns the output's name. */
  add(operator: string, inputs: readonly string[], attributes: Attributes = {}): string {
    const written = Object.entries(attributes).map(([name, value]) =>
      typeof value === "number"
        ? attribute(name, INT, [numberField(3, value)])
        : attribute(
            name,
            INTS,
            value.map((each) => numberField(8, each)),
          ),
    );
    return this.#node(operator, inputs, written);
  }

  /** Sum or maximum along axes, which stay with length 1. Where the axes are told changed with opset 13 and 18. */
  reduce(operator: "ReduceSum" | "ReduceMax", input: string, axes: readonly number[]): string {
    if (this.#opset < (operator === "ReduceSum" ? 13 : 18))
      return this.add(operator, [input], { axes, keepdims: 1 });
    return this.add(operator, [input, this.integers(axes)], { keepdims: 1 });
  }

  /** The part of a value from `start` on along an axis, `end` not included; negative ones count from the end. How it is told changed with opset 10. */
  slice(input: string, axis: number, [start, end]: readonly [start: number, end: number]): string {
    if (this.#opset < 10) return this.add("Slice", [input], { starts: [start], ends: [end], axes: [axis] });
    return this.add("Slice", [input, this.integers([start]), this.integers([end]), this.integers([axis])]);
  }

  /** Where floats that are not above others are equal to them: true. Equal took no floats before opset 11. */
  reaches(input: string, best: string): string {
    if (this.#opset < 11) return this.add("Not", [this.add("Less", [input, best])]);
    return this.add("Equal", [input, best]);
  }

  /** Floats between two numbers, both included. Clip, which it would be, changed with opset 11. */
  between(input: string, low: number, high: number): string {
    return this.add("Min", [this.add("Max", [input, this.floats([low])]), this.floats([high])]);
  }

  /** One number, or some along the axis `axis` of four. */
  floats(values: readonly number[], axis?: number): string {
    const shape = axis === undefined ? [] : [1, 1, 1, 1].with(axis, values.length);
    return this.#constant(FLOAT, shape, Float32Array.from(values));
  }

  /** The number as a scalar of int32. */
  integer(value: number): string {
    return this.#constant(INT32, [], Int32Array.of(value));
  }

  integers(values: readonly number[]): string {
    return this.#constant(INT64, [values.length], BigInt64Array.from(values, BigInt));
  }

  /** TensorProto: dims = 1, data_type = 2, raw_data = 9, the lowest byte first. */
  #constant(
    type: number,
    shape: readonly number[],
    { buffer }: Float32Array | Int32Array | BigInt64Array,
  ): string {
    const tensor = [
      ...shape.map((size) => numberField(1, size)),
      numberField(2, type),
      bytesField(9, new Uint8Array(buffer)),
    ];
    return this.#node("Constant", [], [attribute("value", TENSOR, [bytesField(5, tensor)])]);
  }

  /** NodeProto: input = 1, output = 2, name = 3, op_type = 4, attribute = 5. */
  #node(operator: string, inputs: readonly string[], attributes: readonly Uint8Array[]): string {
    const name = this.#newName();
    const node = [
      ...inputs.map((input) => bytesField(1, input)),
      bytesField(2, name),
      bytesField(3, name),
      bytesField(4, operator),
      ...attributes.map((each) => bytesField(5, each)),
    ];
    this.#fields.push(bytesField(1, node));
    return name;
  }

  /** An input of the graph of any shape; returns its name. */
  input(type: number): string {
    const name = this.#newName();
    this.#fields.push(bytesField(11, valueInfo(name, type)));
    return name;
  }

  /** Makes a value an output of the graph; returns its name. */
  output(value: string, type: number): string {
    this.#fields.push(bytesField(12, valueInfo(value, type)));
    return value;
  }

  #newName(): string {
    return `${this.#prefix}${this.#count++}`;
  }

  /** The end of a model: ModelProto's field graph = 7. */
  get bytes(): Uint8Array {
    return bytesField(7, this.#fields);
  }
}

/** ValueInfoProto: name = 1, type = 2 { tensor_type = 1 { elem_type = 1 } }. */
function valueInfo(name: string, type: number): Uint8Array[] {
  return [bytesField(1, name), bytesField(2, bytesField(1, [numberField(1, type)]))];
}

/** AttributeProto: name = 1, type = 20, and the value in the field of its type. */
function attribute(name: string, type: number, value: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat([bytesField(1, name), ...value, numberField(20, type)]);
}
