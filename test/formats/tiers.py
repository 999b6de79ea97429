"""What counts of the parts of a series, written from docs/formats/statfile.md alone.

A bucket is a tuple: last, count, slots, sum, min, max, M2, value of least magnitude.
"""
import math
import struct

REPLACE, GAUGE, EVENT = 0, 1, 2


def single(value):
    return value, 1.0, 1.0, value, value, value, 0.0, value


def only(value, slots):
    """Of which one statistic is known."""
    return (value, 1.0, slots) + 5 * (math.nan,)


def least(low, high):
    return low if abs(low) <= abs(high) else high


def merged_m2(count_a, sum_a, m2_a, count_b, sum_b, m2_b):
    d = sum_b / count_b - sum_a / count_a
    return m2_a + m2_b + (d * d * count_a * count_b / (count_a + count_b) if d else 0.0)


def join(mode, a, b):
    """The bucket of two parts of a slot of the finest tier; b is the later one."""
    if mode == REPLACE:
        return b
    if mode == EVENT:
        return single(a[0] + b[0])
    low, high, m2 = min(a[4], b[4]), max(a[5], b[5]), merged_m2(a[1], a[3], a[6], b[1], b[3], b[6])
    return b[0], a[1] + b[1], 1.0, a[3] + b[3], low, high, m2, least(low, high)


class Series:
    """What a series keeps under a plan; `parts` are by tier, each (lsn, first slot, slots, {slot: bucket}), `imports` by tier,
    each {slot: bucket}."""

    def __init__(self, plan, parts, imports):
        self.mode, self.steps, self.parts = plan["mode"], [step for step, *_ in plan["tiers"]], parts
        self.newest = {}  # lsn of the latest part that has a slot of the finest tier
        self.tiers = [self.finest()]
        for tier in range(1, len(self.steps)):
            self.tiers.append(self.coarser(tier) if plan["tiers"][tier][2] == 0 else {})
        for tier, buckets in enumerate(imports):
            self.fill(tier, buckets)

    def finest(self):
        joined = {}
        for lsn, _, _, buckets in self.parts[0]:
            for slot, bucket in buckets.items():
                joined[slot] = join(self.mode, joined[slot], bucket) if slot in joined else bucket
                self.newest[slot] = lsn
        return joined

    def fill(self, tier, imports):
        """What was received keeps its slots; coarser buckets that both know are made of all datapoints."""
        found, all_slots = self.tiers[tier], sorted(self.tiers[0].items())
        for slot, bucket in imports.items():
            if slot not in found:
                found[slot] = bucket
            elif tier > 0 and (found[slot][2] + 1) * self.steps[0] <= self.steps[tier]:
                both = [one for at, one in all_slots if math.floor(at * self.steps[0] / self.steps[tier]) == slot]
                made = coarse(both) if both else only(0, -1)
                if made[2] >= max(found[slot][2], bucket[2]):
                    found[slot] = made
                elif bucket[2] > found[slot][2]:
                    found[slot] = bucket

    def coarser(self, tier):
        """The buckets as written, but for those that something newer lies in: they are made."""
        found, covered = {}, {}
        for lsn, first, slots, buckets in self.parts[tier]:
            for slot in range(first, first + slots):
                covered[slot] = lsn
                found.pop(slot, None)
            found.update(buckets)
        to_be_made = {}
        for slot, lsn in self.newest.items():
            at = math.floor(slot * self.steps[0] / self.steps[tier])
            if lsn > covered.get(at, -1):
                to_be_made[at] = []
        for slot, bucket in sorted(self.tiers[tier - 1].items()):
            at = math.floor(slot * self.steps[tier - 1] / self.steps[tier])
            if at in to_be_made:
                to_be_made[at].append(bucket)
        for at, buckets in to_be_made.items():
            made = coarse(buckets)
            if at not in found or made[2] >= found[at][2]:
                found[at] = made
        return found


def coarse(buckets):
    """The bucket of all that start in it, which are in the order of time."""
    last, count, slots, total, low, high, m2, small = buckets[0]
    for bucket in buckets[1:]:
        m2 = merged_m2(count, total, m2, bucket[1], bucket[3], bucket[6])
        last, count, slots, total = bucket[0], count + bucket[1], slots + bucket[2], total + bucket[3]
        low, high = min(low, bucket[4]), max(high, bucket[5])
        small = bucket[7] if abs(bucket[7]) < abs(small) else small
    return last, count, slots, total_of([bucket[3] for bucket in buckets]), low, high, rounded(m2), small


def rounded(m2):
    """With 15 bits of mantissa."""
    word, = struct.unpack("<Q", struct.pack("<d", m2))
    if word >> 52 in (0, 0x7FF) or math.isnan(m2):
        return m2
    near = word + (1 << 36) >> 37 << 37
    return struct.unpack("<d", struct.pack("<Q", near if near >> 52 < 0x7FF else word >> 37 << 37))[0]


def total_of(values):
    integer = exponent = 0
    for value in values:
        own = next((e for e in range(8) if abs(value) < 2 ** 53 and round(value * 10 ** e) / 10 ** e == value), None)
        if own is None or abs(round(value * 10 ** own)) >= 2 ** 53:
            return compensated(values)
        common = max(exponent, own)
        integer = integer * 10 ** (common - exponent) + round(value * 10 ** own) * 10 ** (common - own)
        exponent = common
        if abs(integer) >= 2 ** 53:
            return compensated(values)
    return integer / 10 ** exponent


def compensated(values):
    total = carry = 0.0
    for value in values:
        before, total = total, total + value
        carry += before - total + value if abs(before) >= abs(value) else value - total + before
    return total + carry if math.isfinite(total) else total
