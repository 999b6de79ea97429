"""Columns of statite's StatFiles, written from docs/formats/column-codec.md alone.

    column_codec.py < LINES      each line a column: the number of its values, and its bytes in hexadecimal

Prints the values of each, doubles as their eight bytes in hexadecimal, high byte first. Anything that the page does not allow
is a ValueError.
"""
import struct
import sys
import zlib

MAX_INTEGER = 2 ** 53 - 1
WORD = 2 ** 64 - 1


def need(condition, what):
    if not condition:
        raise ValueError(what)


class Bytes:
    """Reads numbers one after another from [at, end)."""

    def __init__(self, data, at, end):
        need(0 <= at <= end <= len(data), "out of bounds")
        self.data, self.at, self.end = data, at, end

    def take(self, count):
        need(self.at + count <= self.end, "cut off")
        self.at += count
        return self.data[self.at - count:self.at]

    def rest(self):
        return self.take(self.end - self.at)

    def unpack(self, form):
        return struct.unpack(f"<{form}", self.take(struct.calcsize(f"<{form}")))

    def u8(self):
        return self.take(1)[0]

    def f64(self):
        return self.unpack("d")[0]

    def varint(self):
        value = shift = 0
        while True:
            byte = self.u8()
            value |= (byte & 127) << shift
            shift += 7
            need(shift <= 56, "a varint is too long")
            if byte < 128:
                need(value <= MAX_INTEGER, "a varint is too large")
                return value

    def zigzag(self):
        return signed(self.varint())


class Bits:
    """Reads bit fields from where `reader` stands; `close` brings it to the byte after the last of them."""

    def __init__(self, reader):
        self.reader, self.at = reader, reader.at * 8

    def peek(self, width):
        """The next bits, the first one lowest; zeros beyond the end."""
        first, end = self.at >> 3, min(self.at + width + 7 >> 3, self.reader.end)
        return int.from_bytes(self.reader.data[first:end], "little") >> (self.at & 7) & (1 << width) - 1

    def skip(self, width):
        self.at += width
        need(self.at <= self.reader.end * 8, "cut off")

    def take(self, width):
        found = self.peek(width)
        self.skip(width)
        return found

    def close(self):
        need(self.take(-self.at & 7) == 0, "bits are left over")
        self.reader.at = self.at >> 3


def signed(z):
    return z // 2 if z % 2 == 0 else -(z + 1) // 2


def column(data, at, end, count):
    """The `count` values of the column in data[at:end]."""
    reader = Bytes(data, at, end)
    values = column_at(reader, count)
    need(reader.at == end, "a column is longer than its values")
    return values


def column_at(reader, count):
    mode = reader.u8()
    if mode == 0x90:
        return list(reader.unpack(f"{count}d"))
    if mode == 0x91:
        return [reader.f64()] * count
    need(count > 0, "an empty column of integers")
    if mode < 0x0F:
        return [k / 10 ** mode for k in integers(reader, count)]
    if 0x20 <= mode < 0x2F:
        return near_decimals(reader, mode - 0x20, count)
    if mode == 0x40:
        return xored(reader, count)
    if mode == 0x50:
        return split_words(reader, count)
    if mode == 0x60:
        return by_dictionary(reader, count)
    if mode == 0x80:
        return inflated(reader, count)
    need(mode == 0xA0, f"column mode {mode:#x} is unknown")
    return packed(reader, count)


def inflated(reader, count):
    stream = zlib.decompressobj(-15)
    plain = stream.decompress(reader.rest(), 8 * count + 1)
    need(stream.eof and not stream.unused_data and len(plain) == 8 * count, "a deflated column of another length")
    return list(struct.unpack(f"<{count}d", plain))


def packed(reader, count):
    head = reader.u8()
    exponent, order = head & 15, head >> 4
    need(exponent <= 14 and order <= 2, "unknown packing")
    start = [reader.zigzag() for _ in range(order)]
    found = []
    while len(found) < count - order:
        width, least = reader.u8(), reader.zigzag()
        need(width <= 53, "unknown packing")
        bits = Bits(reader)
        found += [least + bits.take(width) for _ in range(min(64, count - order - len(found)))]
        bits.close()
    for level in range(order, 0, -1):
        summed = [start[level - 1]]
        for residual in found:
            summed.append(summed[-1] + residual)
        found = summed
    return [k / 10 ** exponent for k in found[:count]]


def integers(reader, count):
    head = reader.u8()
    order = head & 3
    need(head < 16, "unknown bits before integers")
    magnitude = reader.varint()
    first = -magnitude if head & 4 else magnitude
    if order == 3:
        return [first] * count
    factor = reader.varint() if head & 8 else 1
    bias = reader.zigzag()
    bits = Bits(reader)
    values, distance, difference = [first], 0, bias
    for residual in residuals(bits, count - 1):
        if order == 0:
            distance = bias + residual
        elif order == 1:
            distance += bias + residual
        else:
            difference += residual
            distance += difference
        values.append(first + factor * distance)
    bits.close()
    need(all(abs(k) <= MAX_INTEGER + 1 for k in values), "an integer is too large")
    return values


def residuals(bits, count):
    table, longest = codes(code_lengths(bits))
    found = []
    while len(found) < count:
        code = table[bits.peek(longest)]
        need(code is not None, "a code that no symbol has")
        symbol, length = code
        bits.skip(length)
        if symbol == 0:
            found.append(0)
        elif symbol <= 16:
            found += [0] * (2 ** symbol + bits.take(symbol))
        else:
            found.append(signed(2 ** (symbol - 17) + bits.take(symbol - 17)))
    need(len(found) == count, "a run that goes beyond the residuals")
    return found


def code_lengths(bits):
    """Length by symbol of those that are used."""
    listed = bits.take(7)
    lengths, symbol, last = {}, 0, 4
    need(listed <= 70, "too many symbols")
    while symbol < listed:
        kind = bits.take(3)
        need(kind != 7, "an unknown code length")
        if kind == 6:
            symbol += bits.take(5) + 1
            continue
        last = bits.take(4) if kind == 5 else last - 2 + kind
        need(1 <= last <= 10, "a code length out of range")
        lengths[symbol] = last
        symbol += 1
    need(symbol == listed, "a run that goes beyond the symbols")
    return lengths


def codes(lengths):
    """What the next bits of the stream mean, as (symbol, length of its code); and how many bits those are."""
    longest = max(lengths.values(), default=0)
    table = [None] * (1 << longest)
    code = length = 0
    for symbol in sorted(lengths, key=lambda symbol: (lengths[symbol], symbol)):
        code <<= lengths[symbol] - length
        length = lengths[symbol]
        need(code < 1 << length, "more codes than there is room for")
        # The highest bit of a code comes first in the stream, where first means lowest.
        start = int(f"{code:0{length}b}"[::-1], 2)
        table[start::1 << length] = [(symbol, length)] * (1 << longest - length)
        code += 1
    return table, longest


def near_decimals(reader, exponent, count):
    near = struct.pack(f"<{count}d", *(k / 10 ** exponent for k in integers(reader, count)))
    words = [word + off & WORD for word, off in zip(struct.unpack(f"<{count}Q", near), integers(reader, count))]
    return from_words(words)


def by_dictionary(reader, count):
    size = reader.varint()
    need(1 <= size <= count, "a dictionary of another size")
    need(reader.data[reader.at] in (0x90, 0x91, 0xA0), "entries in a mode that they may not have")
    entries = column_at(reader, size)
    numbers = integers(reader, count)
    need(all(0 <= number < size for number in numbers), "an entry that is not there")
    return [entries[number] for number in numbers]


def split_words(reader, count):
    kept = reader.u8()
    need(kept <= 32, "more bits than there are")
    upper = integers(reader, count)
    need(all(0 <= half < 2 ** 32 for half in upper), "an upper half is too large")
    bits = Bits(reader)
    words = [(half >> 1 | (half & 1) << 31) << 32 | bits.take(kept) << 32 - kept for half in upper]
    bits.close()
    return from_words(words)


def xored(reader, count):
    word, = reader.unpack("Q")
    words, shift, width = [word], 0, None
    bits = Bits(reader)
    while len(words) < count:
        if bits.take(1):
            if bits.take(1):
                above, width = bits.take(6), bits.take(6) + 1
                shift = 64 - above - width
                need(shift >= 0, "a window out of range")
            need(width is not None, "there is no window yet")
            word ^= bits.take(width) << shift
        words.append(word)
    bits.close()
    return from_words(words)


def from_words(words):
    return list(struct.unpack(f"<{len(words)}d", struct.pack(f"<{len(words)}Q", *words)))


if __name__ == "__main__":
    for line in sys.stdin:
        size, text = line.split()
        encoded = bytes.fromhex(text)
        print(struct.pack(f">{size}d", *column(encoded, 0, len(encoded), int(size))).hex())
