/** The value of a field: a number that is written as one, else bytes. */
export type Field = number | Buffer;

const VARINT = 0;
const FIXED64 = 1;
const LENGTH = 2;
const FIXED32 = 5;

/**
 * The values of one field of a message, in order; none if it is not set. Enough of protobuf for a test
 * to read what a library wrote, without the schema that another library would need.
 */
export function fields(message: Buffer, number: number): readonly Field[] {
  const found: Field[] = [];
  const reader = new Reader(message);
  while (!reader.atEnd) {
    const tag = reader.varint();
    const value = reader.value(tag & 7);
    if (tag >> 3 === number) {
      found.push(value);
    }
  }
  return found;
}

/** @throws if the field is a number */
export function bytesOf(field: Field): Buffer {
  if (typeof field === "number") {
    throw new TypeError("a number where a message or a text was expected");
  }
  return field;
}

/** @throws if the field is no number */
export function numberOf(field: Field): number {
  if (typeof field !== "number") {
    throw new TypeError("bytes where a number was expected");
  }
  return field;
}

export function textOf(field: Field): string {
  return bytesOf(field).toString();
}

class Reader {
  #at = 0;

  constructor(private readonly bytes: Buffer) {}

  get atEnd(): boolean {
    return this.#at >= this.bytes.length;
  }

  varint(): number {
    let [value, factor] = [0, 1];
    for (;;) {
      const byte = this.bytes.readUInt8(this.#at);
      this.#at += 1;
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) {
        return value;
      }
      factor *= 0x80;
    }
  }

  value(wireType: number): Field {
    switch (wireType) {
      case VARINT:
        return this.varint();
      case FIXED64:
        return this.#take(8);
      case LENGTH:
        return this.#take(this.varint());
      case FIXED32:
        return this.#take(4);
      default:
        throw new TypeError(`wire type ${wireType} is not protobuf`);
    }
  }

  #take(length: number): Buffer {
    const start = this.#at;
    this.#at += length;
    if (this.#at > this.bytes.length) {
      throw new RangeError("the message is cut off");
    }
    return this.bytes.subarray(start, this.#at);
  }
}
