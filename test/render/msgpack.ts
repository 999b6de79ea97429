/** Reads a MessagePack value, written from the specification alone; throws when bytes are left. */
export function decodeMsgpack(bytes: Uint8Array): unknown {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  const text = (length: number): string => {
    at += length;
    return Buffer.from(bytes.subarray(at - length, at)).toString();
  };
  const list = (length: number): unknown[] => Array.from({ length }, () => value());
  const map = (length: number): Record<string, unknown> =>
    Object.fromEntries(Array.from({ length }, () => [String(value()), value()]));
  const unsigned = (size: 1 | 2 | 4): number => {
    at += size;
    if (size === 1) return view.getUint8(at - 1);
    return size === 2 ? view.getUint16(at - 2) : view.getUint32(at - 4);
  };
  const value = (): unknown => {
    const first = unsigned(1);
    if (first < 0x80) return first;
    if (first < 0x90) return map(first & 15);
    if (first < 0xa0) return list(first & 15);
    if (first < 0xc0) return text(first & 31);
    switch (first) {
      case 0xc0:
        return null;
      case 0xc2:
      case 0xc3:
        return first === 0xc3;
      case 0xcb:
        at += 8;
        return view.getFloat64(at - 8);
      case 0xce:
        return unsigned(4);
      case 0xd3:
        at += 8;
        return Number(view.getBigInt64(at - 8));
      case 0xd9:
        return text(unsigned(1));
      case 0xda:
        return text(unsigned(2));
      case 0xdb:
        return text(unsigned(4));
      case 0xdc:
        return list(unsigned(2));
      case 0xdd:
        return list(unsigned(4));
      default:
        throw new Error(`byte ${first} at ${at - 1} is not expected`);
    }
  };
  const result = value();
  if (at !== bytes.length) throw new Error(`${bytes.length - at} bytes are left`);
  return result;
}
