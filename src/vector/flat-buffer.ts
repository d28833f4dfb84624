/** A value of a FlatBuffers table: a number in place, or something that stands behind the table. */
export type FlatValue =
  | { readonly type: "u8" | "u16" | "i32" | "u64"; readonly value: number }
  | { readonly type: "text"; readonly value: string }
  | { readonly type: "bytes" | "u32s" | "f64s"; readonly value: Uint8Array | Uint32Array | Float64Array }
  | { readonly type: "table"; readonly fields: readonly (FlatValue | null)[] }
  | { readonly type: "tables"; readonly tables: readonly (readonly (FlatValue | null)[])[] };

const SIZES = { u8: 1, u16: 2, i32: 4, u64: 8 } as const;
const REFERENCE_BYTES = 4;

/**
 * Writes FlatBuffers (binary format of google/flatbuffers, little-endian) from front to back: a table's vtable, the table, then
 * what it refers to, so that every reference points forward.
 */
export class FlatBuffer {
  private bytes = new Uint8Array(1 << 12);
  private view = new DataView(this.bytes.buffer);
  private length = 0;

  /** One message with its length before it, as FlatGeobuf stores them. Valid until the next call. Fields by their ids; null is absent. */
  message(fields: readonly (FlatValue | null)[]): Uint8Array {
    this.bytes.fill(0, 0, this.length);
    this.length = 0;
    this.reserve(8);
    const root = this.table(fields);
    this.view.setUint32(0, this.length - 4, true);
    this.view.setUint32(4, root - 4, true);
    return this.bytes.subarray(0, this.length);
  }

  /** Writes a table and what it refers to; returns where it begins. */
  private table(fields: readonly (FlatValue | null)[]): number {
    const vtableBytes = 4 + 2 * fields.length;
    this.alignFor(8, vtableBytes);
    const vtable = this.reserve(vtableBytes);
    const start = this.reserve(4);
    const places = fields.map((field) => (field === null ? null : this.inline(field)));
    this.view.setInt32(start, start - vtable, true);
    this.view.setUint16(vtable, vtableBytes, true);
    this.view.setUint16(vtable + 2, this.length - start, true);
    places.forEach((place, i) => {
      if (place !== null) this.view.setUint16(vtable + 4 + 2 * i, place - start, true);
    });
    fields.forEach((field, i) => {
      if (field !== null) this.refer(places[i]!, field);
    });
    return start;
  }

  /** Writes a number, or keeps the place of a reference; returns where it is. */
  private inline(field: FlatValue): number {
    if (!("value" in field) || typeof field.value !== "number") {
      this.alignFor(REFERENCE_BYTES, 0);
      return this.reserve(REFERENCE_BYTES);
    }
    const size = SIZES[field.type as keyof typeof SIZES];
    this.alignFor(size, 0);
    const place = this.reserve(size);
    if (size === 1) this.view.setUint8(place, field.value);
    else if (size === 2) this.view.setUint16(place, field.value, true);
    else if (size === 4) this.view.setInt32(place, field.value, true);
    else this.view.setBigUint64(place, BigInt(field.value), true);
    return place;
  }

  private refer(place: number, field: FlatValue): void {
    if ("value" in field && typeof field.value === "number") return;
    const target = this.target(field);
    this.view.setUint32(place, target - place, true);
  }

  /** Writes what a reference leads to; returns where it begins. */
  private target(field: FlatValue): number {
    if (field.type === "table") return this.table(field.fields);
    if (field.type === "tables") {
      this.alignFor(REFERENCE_BYTES, 0);
      const start = this.reserve(4 + REFERENCE_BYTES * field.tables.length);
      this.view.setUint32(start, field.tables.length, true);
      field.tables.forEach((fields, i) => {
        const place = start + 4 + REFERENCE_BYTES * i;
        this.view.setUint32(place, this.table(fields) - place, true);
      });
      return start;
    }
    if (typeof field.value === "string") {
      const text = Buffer.from(`${field.value}\0`);
      return this.vector(text, text.length - 1, 4);
    }
    if (typeof field.value === "number") throw new RangeError("a number stands in its table");
    const { buffer, byteOffset, byteLength, length, BYTES_PER_ELEMENT } = field.value;
    return this.vector(new Uint8Array(buffer, byteOffset, byteLength), length, BYTES_PER_ELEMENT);
  }

  private vector(content: Uint8Array, count: number, elementBytes: number): number {
    this.alignFor(Math.max(4, elementBytes), 4);
    const start = this.reserve(4 + content.length);
    this.view.setUint32(start, count, true);
    this.bytes.set(content, start + 4);
    return start;
  }

  /** Moves on until what follows `before` more bytes stands at a multiple of `unit`. */
  private alignFor(unit: number, before: number): void {
    this.reserve((unit - ((this.length + before) % unit)) % unit);
  }

  /** The place of so many new bytes, which are 0. */
  private reserve(count: number): number {
    const place = this.length;
    this.length += count;
    if (this.length > this.bytes.length) {
      const grown = new Uint8Array(2 ** Math.ceil(Math.log2(this.length)));
      grown.set(this.bytes.subarray(0, place));
      this.bytes = grown;
      this.view = new DataView(grown.buffer);
    }
    return place;
  }
}
