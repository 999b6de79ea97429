"""Makes whisper files with Debian's python3-whisper and says what whisper itself fetches from them.

    whisper_oracle.py make FOLDER FILES SEED NOW   files f0.wsp …, then a JSON line for each:
                                                   {"path", "header", "fetches": [{from, until, result}]}
    whisper_oracle.py fetch                        JSON lines {"path", "from", "until", "now"} on stdin,
                                                   a JSON line with what was fetched for each
    whisper_oracle.py update                       JSON lines {"path", "points", "now"} on stdin

Archives, methods, factors, gaps, repeated and late points, and whole rounds of the rings are random.
"""

import json
import random
import struct
import sys

import whisper

METHODS = ["average", "sum", "last", "max", "min", "avg_zero", "absmax", "absmin"]


def random_archives(chance):
    step = chance.choice([1, 7, 10, 60, 60, 300])
    points = chance.randint(10, 120)
    archives = [(step, points)]
    for _ in range(chance.randint(0, 3)):
        factor = chance.choice([2, 3, 5, 6, 12])
        coarse = step * factor
        least = step * points // coarse + 1
        archives[-1] = (step, max(points, factor))
        points = max(least, step * max(points, factor) // coarse + 1) + chance.randint(0, 60)
        step = coarse
        archives.append((step, points))
    return archives


def random_value(chance):
    kind = chance.randint(0, 5)
    if kind == 0:
        return float(chance.randint(-5, 5))
    if kind == 1:
        return chance.randint(0, 10**6) / 100
    if kind == 2:
        return chance.gauss(0, 1e9)
    if kind == 3:
        return chance.choice([0.0, -0.0, 0.1, 1e300, -1e-300])
    return round(chance.gauss(100, 20), 3)


def fill(path, archives, chance, now):
    longest = max(step * points for step, points in archives)
    step = archives[0][0]
    begin = now - int(longest * chance.choice([0.3, 1.0, 1.7, 3.0]))
    # Long rings get fewer points than they have places, and the last hour of them all.
    stride = step * max(1, (now - begin) // step // 2000)
    time = begin
    share = chance.choice([1.0, 0.9, 0.5, 0.1])
    sent = []
    while time <= now:
        if time > now - 200 * step:
            stride = step
        if chance.random() < share:
            sent.append((time + chance.randint(0, step - 1), random_value(chance)))
        time += stride * chance.choice([1, 1, 1, 2]) if chance.random() < 0.995 else longest // 5 + 1
    for at in range(0, len(sent), 50):
        batch = sent[at : at + 50]
        if chance.random() < 0.2:
            late, value = chance.choice(sent[: at + 50])
            batch = batch + [(late, value + 1)]
        whisper.update_many(path, batch, now=min(now, max(t for t, _ in batch)))


def fetched(path, start, until, now):
    answer = whisper.fetch(path, start, until, now=now)
    if answer is None:
        return None
    (begin, end, step), values = answer
    # Doubles as hexadecimal bytes: every bit counts.
    texts = [None if v is None else struct.pack("!d", v).hex() for v in values]
    return {"start": begin, "end": end, "step": step, "values": texts}


def make(folder, files, seed, now):
    for number in range(files):
        chance = random.Random(seed * 1_000_003 + number)
        path = f"{folder}/f{number}.wsp"
        archives = random_archives(chance)
        method = chance.choice(METHODS)
        factor = chance.choice([0.0, 0.3, 0.5, 1.0])
        whisper.create(path, archives, factor, method)
        fill(path, archives, chance, now)
        longest = max(step * points for step, points in archives)
        fetches = []
        for _ in range(6):
            at = now - chance.randint(0, longest)
            until = chance.choice([now, at + chance.randint(0, longest)])
            fetches.append({"from": at, "until": until, "result": fetched(path, at, until, now)})
        for step, points in archives:
            at = now - step * points
            fetches.append({"from": at, "until": now, "result": fetched(path, at, now, now)})
        header = {"method": method, "xFilesFactor": factor, "archives": archives}
        print(json.dumps({"path": path, "header": header, "fetches": fetches}))


if sys.argv[1] == "make":
    make(sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), int(sys.argv[5]))
else:
    for line in sys.stdin:
        asked = json.loads(line)
        if sys.argv[1] == "fetch":
            print(json.dumps(fetched(asked["path"], asked["from"], asked["until"], asked["now"])))
        else:
            points = [(time, value) for time, value in asked["points"]]
            whisper.update_many(asked["path"], points, now=asked["now"])
