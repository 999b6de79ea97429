/**
 * Reads and writes protobuf messages by the wire format alone, apart from the library that the
 * server uses: https://protobuf.dev/programming-guides/encoding/
 */

type Type = "string" | "int" | "bool" | "float" | "double" | Message;

interface Field {
  name: string;
  type: Type;
  isRepeated: boolean;
}

export type Message = Readonly<Record<number, Field>>;

/** A field that comes once. */
export function one(name: string, type: Type): Field {
  return { name, type, isRepeated: false };
}

export function many(name: string, type: Type): Field {
  return { name, type, isRepeated: true };
}

/** Fields that are absent have their default; lists of numbers may be packed or not. */
export function decode(bytes: Uint8Array, message: Message): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const { name, type, isRepeated } of Object.values(message)) {
    result[name] = isRepeated ? [] : defaultOf(type);
  }
  const cursor = new Cursor(bytes);
  while (!cursor.isAtEnd) {
    const tag = cursor.varint();
    const field = message[tag >>> 3];
    const wireType = tag & 7;
    if (field === undefined) {
      cursor.skip(wireType);
    } else if (field.isRepeated) {
      const list = result[field.name] as unknown[];
      const isPacked = wireType === 2 && typeof field.type === "string" && field.type !== "string";
      if (!isPacked) list.push(cursor.value(field.type));
      else {
        const part = new Cursor(cursor.bytes());
        while (!part.isAtEnd) list.push(part.value(field.type));
      }
    } else {
      result[field.name] = cursor.value(field.type);
    }
  }
  return result;
}

/** Writes the fields that `content` has; lists of messages, texts and whole numbers, not packed. */
export function encode(content: Record<string, unknown>, message: Message): Buffer {
  const parts: Buffer[] = [];
  for (const [number, { name, type }] of Object.entries(message)) {
    const value = content[name];
    if (value === undefined) continue;
    for (const item of Array.isArray(value) ? value : [value]) {
      if (typeof type === "object" || type === "string") {
        const bytes = type === "string" ? Buffer.from(String(item)) : encode(item as never, type);
        parts.push(varint(Number(number) * 8 + 2), varint(bytes.length), bytes);
      } else if (type === "int" || type === "bool") {
        parts.push(varint(Number(number) * 8), varint(Number(item)));
      } else {
        throw new Error(`${type} is not written`);
      }
    }
  }
  return Buffer.concat(parts);
}

function defaultOf(type: Type): unknown {
  if (type === "string") return "";
  if (type === "bool") return false;
  return typeof type === "object" ? null : 0;
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = BigInt(value);
  do {
    const more = rest > 127n ? 128 : 0;
    bytes.push(Number(rest & 127n) | more);
    rest >>= 7n;
  } while (rest > 0n);
  return Buffer.from(bytes);
}

class Cursor {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#bytes.length;
  }

  varint(): number {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = this.#bytes.readUInt8(this.#at++);
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) return Number(BigInt.asIntN(64, value));
    }
  }

  bytes(): Buffer {
    const length = this.varint();
    this.#at += length;
    if (this.#at > this.#bytes.length) throw new Error("the message ends too early");
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  value(type: Type): unknown {
    if (typeof type === "object") return decode(this.bytes(), type);
    if (type === "string") return this.bytes().toString();
    if (type === "int") return this.varint();
    if (type === "bool") return this.varint() !== 0;
    this.#at += type === "float" ? 4 : 8;
    return type === "float"
      ? this.#bytes.readFloatLE(this.#at - 4)
      : this.#bytes.readDoubleLE(this.#at - 8);
  }

  skip(wireType: number): void {
    if (wireType === 0) this.varint();
    else if (wireType === 1) this.#at += 8;
    else if (wireType === 2) this.bytes();
    else if (wireType === 5) this.#at += 4;
    else throw new Error(`wire type ${wireType}`);
  }
}
