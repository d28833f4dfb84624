/** Fewer bytes are copied one by one, for a view costs more. */
const VIEW_FROM = 64;

/** Bytes that grow at the end: protobuf of vector tiles, directories of PMTiles and Thrift of Parquet are written into them. */
export class ByteWriter {
  #bytes: Uint8Array;
  #length = 0;

  constructor(capacity = 1024) {
    this.#bytes = new Uint8Array(capacity);
  }

  get length(): number {
    return this.#length;
  }

  /** Appends the lowest 8 bits of a number. */
  byte(value: number): void {
    this.#reserve(1);
    this.#bytes[this.#length++] = value;
  }

  /** Appends 32 bits, the lowest first. */
  uint32(value: number): void {
    this.#reserve(4);
    for (let shift = 0; shift < 32; shift += 8) this.#bytes[this.#length++] = value >>> shift;
  }

  /** Appends an unsigned LEB128 varint; exact for every safe integer ≥ 0. */
  varint(value: number): void {
    this.#reserve(8);
    let rest = value;
    while (rest > 0x7fffffff) {
      this.#bytes[this.#length++] = (rest % 128) | 0x80;
      rest = Math.floor(rest / 128);
    }
    while (rest > 127) {
      this.#bytes[this.#length++] = (rest & 127) | 0x80;
      rest >>>= 7;
    }
    this.#bytes[this.#length++] = rest;
  }

  /** Appends a signed 32-bit integer as a zigzag varint. */
  zigzag(value: number): void {
    this.varint(((value << 1) ^ (value >> 31)) >>> 0);
  }

  append(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  /** Appends a protobuf field of wire type 0. */
  varintField(field: number, value: number): void {
    this.varint(field << 3);
    this.varint(value);
  }

  /** Appends a protobuf field of wire type 2: bytes, a string's UTF-8, a message or a packed array. */
  bytesField(field: number, bytes: Uint8Array): void {
    this.varint((field << 3) | 2);
    this.varint(bytes.length);
    this.append(bytes);
  }

  /** Appends what another writer holds as a field of wire type 2. */
  messageField(field: number, message: ByteWriter): void {
    this.varint((field << 3) | 2);
    this.varint(message.#length);
    this.#reserve(message.#length);
    if (message.#length > VIEW_FROM) this.#bytes.set(message.view(), this.#length);
    else for (let i = 0; i < message.#length; i++) this.#bytes[this.#length + i] = message.#bytes[i]!;
    this.#length += message.#length;
  }

  /** The bytes so far, as a view that the next write may invalidate. */
  view(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  clear(): void {
    this.#length = 0;
  }

  #reserve(extra: number): void {
    if (this.#length + extra <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(2 * this.#bytes.length, this.#length + extra));
    grown.set(this.view());
    this.#bytes = grown;
  }
}
