"""A reader of statite's data directory, written from docs/formats/ alone.

    statfile_reader.py log DIR       every record of the log
    statfile_reader.py slots DIR     every slot of every series and tier that is in StatFiles
    statfile_reader.py check FILE    verifies one StatFile, every byte of it

One JSON object a line; doubles as their eight bytes in hexadecimal, high byte first, so that nothing is lost on the way.
Anything that the pages do not allow ends the program with status 1.
"""
import json
import os
import re
import struct
import sys
from zlib import crc32

from column_codec import Bytes, column, need
from tiers import Series, least, only, single

LANES = 8192
COLUMNS = (0x01, 0x02, 0x04, 0x08, 0x10, 0x20, 0x40, 0x80)  # last, count, slots, sum, min, max, M2, of least magnitude


def whole(path):
    with open(path, "rb") as file:
        return file.read()


def doubles(*values):
    return struct.pack(f">{len(values)}d", *values).hex()


def frames(data, at):
    """Payloads with their first LSN; stops at a torn frame."""
    while at + 32 <= len(data):
        length, crc, first, records, next_series, flags, zero = struct.unpack_from("<IIQIIII", data, at)
        end = at + 32 + length
        if end > len(data) or crc32(data[at + 8:end]) != crc:
            return
        need(zero == 0 and flags in (0, 1), "unknown flags")
        yield first, records, next_series, Bytes(data, at + 32, end)
        at = end


def records(first_lsn, count, payload):
    time, last_series, lsn = 0, -1, first_lsn
    while payload.at < payload.end:
        tag = payload.u8()
        if tag == 0x80:
            time += payload.zigzag()
            continue
        if tag < 0x80:
            last_series += 1 + payload.zigzag()
            used, negative, decimals = tag >> 4, tag >> 3 & 1, tag & 7
            if used == 7:
                value = payload.f64()
            else:
                value = int.from_bytes(payload.take(used), "little") / 10 ** decimals
                value = -value if negative else value
            record = {"kind": "point", "series": last_series, "time": time, "value": doubles(value)}
        elif tag == 0x81:
            number, mode, tiers = payload.varint(), payload.u8(), payload.u8()
            record = {"kind": "plan", "plan": number, "mode": mode, "tiers": [payload.unpack("ddd") for _ in range(tiers)]}
        elif tag == 0x82:
            record = {"kind": "series", "series": payload.varint(), "plan": payload.varint(), "created": payload.varint(),
                      "name": payload.take(payload.varint()).decode()}
        elif tag in (0x83, 0x8A):
            record = {"kind": "epoch" if tag == 0x83 else "learned", "series": payload.varint(), "from": payload.f64(), "plan": payload.varint()}
        elif tag in (0x84, 0x85):
            record = {"kind": "open" if tag == 0x84 else "cut", "class": payload.u8(), "index": payload.f64()}
        elif tag == 0x86:
            record = {"kind": "freeze"}
        elif tag == 0x87:
            numbers = []
            for _ in range(payload.varint()):
                numbers.append((numbers[-1] if numbers else -1) + 1 + payload.varint())
            record = {"kind": "delete", "series": numbers}
        elif tag == 0x88:
            record = {"kind": "bucket", "series": payload.varint(), "time": time, "count": payload.varint(),
                      "values": doubles(*payload.unpack("5d"))}
        elif tag == 0x89:
            record = {"kind": "state", "class": payload.u8(), "index": payload.f64(), "open": payload.f64()}
        elif tag == 0x8B:
            record = {"kind": "batch", "sender": payload.take(16).hex(), "number": payload.varint(), "lines": payload.varint(),
                      "heard": payload.varint()}
        else:
            raise ValueError(f"record {tag:#x} is unknown")
        record["lsn"] = lsn
        lsn += 1
        yield record
    need(lsn == first_lsn + count, "a frame has another number of records")


def log_records(folder, store_id):
    position = 0
    for name in sorted(os.listdir(f"{folder}/wal")):
        data = whole(f"{folder}/wal/{name}")
        if not re.fullmatch(r"\d{10}\.wal", name) or len(data) < 64 or crc32(data[:60]) != struct.unpack_from("<I", data, 60)[0]:
            continue
        magic, version, length, identity, _, zero, first, reaches = struct.unpack_from("<4sHH16sIIQQ", data)
        need(magic == b"SWAL" and version == 1 and length == 64 and identity == store_id and zero == 0, "a foreign log file")
        need(position == 0 or reaches <= position, f"records are missing before {name}")
        for lsn, count, _, payload in frames(data, 64):
            if lsn >= position:
                yield from records(lsn, count, payload)
                position = lsn + count


class Store:
    def __init__(self, folder):
        self.folder = folder
        form = json.loads(whole(f"{folder}/FORMAT"))
        need(form["minReader"] <= 1, "a newer store")
        self.store_id = bytes.fromhex(form["storeId"])
        self.plans, self.names, self.deleted = {}, {}, set()
        catalogue = whole(f"{folder}/catalogue") if os.path.exists(f"{folder}/catalogue") else b""
        for _, count, _, payload in frames(catalogue, 0):
            self.define(records(0, count, payload))
        self.define(log_records(folder, self.store_id))

    def define(self, found):
        for record in found:
            if record["kind"] == "plan":
                self.plans.setdefault(record["plan"], record)
            elif record["kind"] == "series":
                self.names.setdefault(record["series"], record["name"])
            elif record["kind"] == "delete":
                self.deleted.update(record["series"])

    def statfiles(self):
        """Lines of the manifest, applied; in the order of the log."""
        live = {}
        text = whole(f"{self.folder}/manifest")
        for line in text[:text.rfind(b"\n") + 1].splitlines():
            need(int(line[:8], 16) == crc32(line[9:]) and line[8:9] == b" ", "a line of the manifest is damaged")
            transaction = json.loads(line[9:])
            for file in transaction.get("remove", []):
                del live[file]
            live.update((entry["file"], entry) for entry in transaction.get("add", []))
        return sorted(live.values(), key=lambda entry: (entry["lsn"], entry.get("imported", 0)))


def sections(data, expected_crc=None):
    """The sections of a StatFile, as `section` gives them; between them and around them no byte is left over."""
    need(data[:8] == b"STATFILE" and struct.unpack_from("<HH", data, 8) == (1, 64), "no StatFile")
    need(crc32(data[:60]) == struct.unpack_from("<I", data, 60)[0], "bad header")
    foot = len(data) - 48
    table, length, table_crc, count = struct.unpack_from("<QIII", data, foot)
    footer_crc = struct.unpack_from("<I", data, foot + 44)[0]
    need(data[foot + 36:foot + 44] == b"STATFILE" and crc32(data[foot:foot + 44]) == footer_crc, "bad footer")
    need(expected_crc in (None, footer_crc), "not the file of the manifest")
    need(table + length == foot and length == 128 * count and crc32(data[table:foot]) == table_crc, "bad section table")
    rows = [struct.unpack_from("<IBBBBHHIdddIIQQQQQIII", data, table + 128 * i) for i in range(count)]
    at = 64
    for *_, blocks_at, block_bytes, directory_at, directory_bytes, _, _ in rows:
        need(blocks_at == at and directory_at == at + block_bytes, "bytes that belong to no section")
        at = directory_at + directory_bytes
    need(at == table, "bytes that belong to no section")
    return [section(data, *row) for row in rows]


def section(data, plan, mode, tier, kind, statistic, mask, __, shard, step, base_step, first_slot, slots, lanes, lsn_first, lsn_last,
            blocks_at, block_bytes, directory_at, directory_bytes, directory_crc, groups):
    """(plan, mode, tier, step, shard, first slot, slots, is imported, blocks); a block is (series number, {slot: bucket})."""
    need((kind, statistic) == (0, 0) or kind == 1 and statistic <= 8, "a section of an unknown kind")
    directory = data[directory_at:directory_at + directory_bytes]
    need(directory_bytes == 1024 + 4 * lanes + 8 * groups and crc32(directory) == directory_crc, "bad directory")
    present = [n for n in range(LANES) if directory[n // 8] >> n % 8 & 1]
    need(len(present) == lanes, "bad directory")
    start = 0
    for end, crc in struct.iter_unpack("<II", directory[1024 + 4 * lanes:]):
        need(crc32(data[blocks_at + start:blocks_at + end]) == crc, "blocks are damaged")
        start = end
    need(start == block_bytes, "the groups do not cover all blocks")
    bounds = [*struct.unpack_from(f"<{lanes}I", directory, 1024), block_bytes]
    readers = (Bytes(data, blocks_at + at, blocks_at + end) for at, end in zip(bounds, bounds[1:]))
    first = int(first_slot)
    return plan, mode, tier, step, shard, first, slots, kind == 1, [(shard * LANES + lane, block(reader, first, slots, mask))
                                                                    for lane, reader in zip(present, readers)]


def block(reader, first_slot, slots, mask):
    """The buckets of a block by slot; a bucket is a tuple in the order of COLUMNS."""
    flags = reader.u8()
    need(flags & 0x7C == 0 and flags & 3 != 3, "unknown flags")
    present = range(slots)
    if flags & 3 == 1:
        first = reader.varint()
        present = range(first, first + reader.varint())
        need(present.stop <= slots, "a slot out of the section")
    elif flags & 3 == 2:
        bitmap = reader.take((slots + 7) // 8)
        present = [n for n in range(slots) if bitmap[n // 8] >> n % 8 & 1]
    mask = reader.u8() if flags & 0x80 else mask
    need(mask in (0x01, 0x05, 0x7E, 0x7F, 0xFF), "an unknown column")
    bits = [bit for bit in COLUMNS if mask & bit]
    found = []
    for bit in bits:
        length = reader.varint() if bit != bits[-1] else reader.end - reader.at
        if found and length == 1 and reader.data[reader.at] == 0xC0:
            found.append(found[0])
        else:
            found.append(column(reader.data, reader.at, reader.at + length, len(present)))
        reader.take(length)
    if mask == 0x01:
        rows = map(single, found[0])
    elif mask == 0x05:
        rows = (only(value, made_of) for value, made_of in zip(*found))
    elif mask == 0x7E:
        rows = ((row[2] / row[0], *row, least(row[3], row[4])) for row in zip(*found))
    elif mask == 0x7F:
        rows = (row + (least(row[4], row[5]),) for row in zip(*found))
    else:
        rows = zip(*found)
    return dict(zip((first_slot + slot for slot in present), rows))


def all_slots(folder):
    """Every slot of the finest tiers, and every bucket of the coarser ones, a line per series and tier."""
    store = Store(folder)
    parts = {}  # by plan, shard and tier
    imports = {}  # likewise
    for entry in store.statfiles():
        data = whole(f"{folder}/statfiles/{entry['file']}")
        need(len(data) == entry["bytes"], "not the file of the manifest")
        for plan, mode, tier, step, shard, first, slots, is_imported, blocks in sections(data, entry["footerCrc"]):
            need(store.plans[plan]["mode"] == mode, "not the section of its plan")
            need(store.plans[plan]["tiers"][tier][:2] == (entry["step"], entry["retention"]), "not a file of its tier")
            need(step == entry["step"], "not a section of its tier")
            need(entry["shard"] in (None, shard), "a shard that the manifest does not name")
            need(entry["from"] <= first * step and (first + slots) * step <= entry["until"], "out of the file's range")
            need(is_imported == ("imported" in entry), "imported in one place, received in the other")
            parts.setdefault((plan, shard), {})
            kind = imports if is_imported else parts
            kind.setdefault((plan, shard), {}).setdefault(tier, []).append((entry["lsn"], first, slots, dict(blocks)))
    for (plan, shard), tiers in parts.items():
        under = imports.get((plan, shard), {})
        everything = [*tiers.values(), *under.values()]
        for number in sorted({number for found in everything for *_, blocks in found for number in blocks} - store.deleted):
            own = [[(*part, blocks.get(number, {})) for *part, blocks in tiers.get(tier, [])]
                   for tier in range(len(store.plans[plan]["tiers"]))]
            own_imports = [{slot: bucket for *_, blocks in under.get(tier, []) for slot, bucket in blocks.get(number, {}).items()}
                           for tier in range(len(own))]
            series = Series(store.plans[plan], own, own_imports)
            for tier, buckets in enumerate(series.tiers):
                yield {"name": store.names[number], "mode": series.mode, "tier": tier, "slots": list(buckets),
                       "buckets": "".join(doubles(*bucket) for bucket in buckets.values())}


def check(path):
    for *_, blocks in sections(whole(path)):
        need(all(buckets for _, buckets in blocks), "an empty block")
    return []


if __name__ == "__main__":
    try:
        command = {"log": lambda path: log_records(path, Store(path).store_id), "slots": all_slots, "check": check}[sys.argv[1]]
        for line in command(sys.argv[2]):
            print(json.dumps(line))
    except (ValueError, struct.error, KeyError, IndexError) as error:
        sys.exit(f"{type(error).__name__}: {error}")
