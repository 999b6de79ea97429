import { writeFileSync } from "node:fs";
import test from "ava";
import { temporaryFolder } from "../server.ts";
import { IngestHarness, NOW } from "./ingest-harness.ts";

const T = NOW - 40;

function mismatches({ intake }: IngestHarness): number[] {
  return [intake.carbon, intake.pickle, intake.istat].map((sink) => sink.modeMismatches);
}

test("a set of samples adds its rate to an event counter, as single events would", (t) => {
  const ingest = new IngestHarness();
  ingest.istat(`*hits ${T} 5\n*hits ${T} 10 60 1 5 4\nhits ${T} 20 400 20 20 1\n`);
  ingest.istat(`*singles ${T} 5\n*singles ${T} 10\nsingles ${T} 20\n`);
  for (const one of [ingest, ingest.restarted()]) {
    t.is(one.valueAt("hits", T), 3.5);
    t.is(one.valueAt("singles", T), 3.5);
  }
  t.deepEqual(mismatches(ingest), [0, 0, 0]);
  t.deepEqual(ingest.refused, {});
});

test("late sets of events add up like those in time", (t) => {
  const ingest = new IngestHarness();
  const late = NOW - 7200;
  ingest.istat(`*hits ${late} 5\n*hits ${late} 10 60 1 5 4\n`);
  for (const one of [ingest, ingest.restarted()]) t.is(one.valueAt("hits", late), 1.5);
});

test("istat samples on a carbon series replace, a set by its mean, and are counted", (t) => {
  const ingest = new IngestHarness();
  ingest.carbon(`load 1 ${T}\nload 1 ${T - 10}\n`);
  ingest.istat(`load ${T} 7\nload ${T} 10 60 1 5 4\nload ${T - 10} 8\n`);
  for (const one of [ingest, ingest.restarted()]) {
    t.is(one.valueAt("load", T), 2.5);
    t.is(one.valueAt("load", T - 10), 8);
  }
  t.deepEqual(mismatches(ingest), [0, 0, 3]);
  t.deepEqual(ingest.refused, {});
});

test("carbon datapoints on an istat counter follow its mode and are counted", (t) => {
  const ingest = new IngestHarness();
  ingest.istat(`gauge ${T} 1\n*event ${T} 10\n`);
  ingest.carbon(`gauge 2 ${T}\nevent 20 ${T}\n`);
  ingest.pickle("gauge", T, 6);
  ingest.pickle("event", T, 30);
  for (const one of [ingest, ingest.restarted()]) {
    t.is(one.valueAt("gauge", T), 3);
    t.is(one.valueAt("event", T), 6);
  }
  t.deepEqual(mismatches(ingest), [2, 2, 0]);
  t.deepEqual(ingest.refused, {});
});

test("every refused datapoint counts once, under the reason of its name", (t) => {
  const folder = temporaryFolder();
  const blacklist = `${folder.path}/blacklist.conf`;
  writeFileSync(blacklist, "^secret\\.\n");
  const ingest = new IngestHarness({}, { blacklist });
  for (let i = 0; i < 3; i++) {
    ingest.carbon(`secret.x 1 ${T}\n... 1 ${T}\ngood 1 ${T}\n`);
    ingest.carbon(`c\u0001.d  1 ${T}\n`);
    ingest.pickle("secret.x", T, 1);
    ingest.istat(`... ${T} 1\n... ${T} 10 60 1 5 4\n`);
  }
  t.deepEqual(ingest.refused, {
    "carbon blacklisted": 3,
    "carbon name-empty": 3,
    "carbon name-has-control-characters": 3,
    "pickle blacklisted": 3,
    "istat name-empty": 6,
  });
  folder.remove();
});

test("a line that feeds several counters counts once, and feeds those that take it", (t) => {
  const ingest = new IngestHarness();
  const long = "x".repeat(5000);
  for (let i = 0; i < 2; i++) {
    ingest.istat(`cpu^a^${long}^y${long}^b ${T} 4\n`);
    ingest.istat(`cpu^a^b ${NOW - 20 * 86_400} 4\n`);
  }
  t.deepEqual(ingest.refused, { "istat name-too-long": 2, "istat too-old": 2 });
  t.is(ingest.valueAt("cpu.a", T), 4);
  t.is(ingest.valueAt("cpu.b", T), 4);
});

test("a name that found the log full is asked for again, one beyond --max-series is not", (t) => {
  const ingest = new IngestHarness({ maxSeries: 2, ringBytes: 1 << 16 });
  let points = 0;
  while (!ingest.store.writer.isFull) ingest.carbon(`fill ${points++}.5 ${T}\n`);
  for (; ingest.refused["carbon log-full"] === undefined; points++) {
    ingest.carbon(`fill ${points}.5 ${T}\n`);
  }
  const full = ingest.refused["carbon log-full"]!;
  ingest.carbon(`late 1 ${T}\nlate 2 ${T}\n`);
  ingest.istat(`late ${T} 3\n`);
  t.deepEqual(ingest.refused, { "carbon log-full": full + 2, "istat log-full": 1 });
  t.is(ingest.store.names.seriesAt("late"), -1);
  ingest.store.settle();
  ingest.carbon(`late 4 ${T}\nthird 5 ${T}\nthird 6 ${T}\n`);
  t.is(ingest.valueAt("late", T), 4);
  t.is(ingest.refused["carbon no-room-for-series"], 2);
  t.is(ingest.refused["carbon log-full"], full + 2);
  t.is(ingest.restarted().valueAt("late", T), 4);
});

test("white space beyond ASCII around a name is no part of it", (t) => {
  const ingest = new IngestHarness();
  ingest.carbon(`a.b\u0085 1 ${T}\n\u3000c.d 2 ${T}\ne\u2003f 3 ${T}\n\ufeffg 4 ${T}\n`);
  t.is(ingest.valueAt("a.b", T), 1);
  t.is(ingest.valueAt("c.d", T), 2);
  t.is(ingest.valueAt("\ufeffg", T), 4);
  t.deepEqual(ingest.refused, { "carbon line-malformed": 1 });
});

test("after a delete no datapoint goes to the old number, over any door and by any prediction", (t) => {
  const ingest = new IngestHarness();
  const { store, intake } = ingest;
  const carbon = intake.newPlaintext();
  const pickles = intake.newPickle();
  const names = ["a", "b", "c", "d"];
  const lines = (value: number): Buffer =>
    Buffer.from(names.map((name) => `${name} ${value} ${T}\n`).join(""));
  const pickle = (value: number): Buffer => {
    const body = Buffer.from(
      `(l${names.map((name) => `(S'${name}'\n(L${T - 10}L\nF${value}\ntta`).join("")}.`,
    );
    const frame = Buffer.alloc(4);
    frame.writeUInt32BE(body.length);
    return Buffer.concat([frame, body]);
  };
  // Twice, so that the second time every name is predicted by the one before it.
  for (let i = 0; i < 2; i++) {
    carbon.push(lines(1));
    pickles.push(pickle(1));
  }
  ingest.istat(`cpu^a^b ${T} 5\n`);
  const gone = ["b", "d", "cpu.a"].map((path) => store.names.seriesAt(path));
  t.is(store.writer.deleteSeries(gone), 3);
  intake.forgetDeleted();
  t.is(ingest.valueAt("b", T), undefined);
  carbon.push(lines(2));
  pickles.push(pickle(2));
  ingest.istat(`cpu^a^b ${T} 7\n`);
  for (const one of [ingest, ingest.restarted()]) {
    for (const path of names) {
      t.is(one.valueAt(path, T), 2, path);
      t.is(one.valueAt(path, T - 10), 2, path);
    }
    t.is(one.valueAt("cpu.a", T), 7);
    t.is(one.valueAt("cpu.b", T), 6);
    t.is(one.store.recovered.replay.quarantined, 0);
  }
  t.true(["b", "d", "cpu.a"].every((path, i) => store.names.seriesAt(path) > gone[i]!));
});

test("names that are deleted and come back again and again take no more room", (t) => {
  const ingest = new IngestHarness();
  const decoder = ingest.intake.newPlaintext();
  for (let round = 0; round < 30; round++) {
    decoder.push(Buffer.from(`keeps 1 ${T}\na.${round} 1 ${T}\nb.${round} 1 ${T}\nc 1 ${T}\n`));
    const found = ingest.store.names.find("[ab].*", 100).map(({ series }) => series);
    t.is(ingest.store.writer.deleteSeries(found), 2);
    ingest.intake.forgetDeleted();
  }
  decoder.push(Buffer.from(`keeps 3 ${T}\nc 3 ${T}\n`));
  t.is(ingest.valueAt("keeps", T), 3);
  t.is(ingest.valueAt("c", T), 3);
  t.is(ingest.store.names.count, 2);
  t.deepEqual(ingest.refused, {});
});

test("on a full disk new names are refused until there is room, and known ones are not", (t) => {
  const ingest = new IngestHarness();
  ingest.carbon(`known 1 ${T}\n`);
  ingest.intake.definer.isDiskFull = true;
  ingest.carbon(`known 2 ${T}\nnew 3 ${T}\n`);
  ingest.istat(`other ${T} 4\n`);
  t.deepEqual(ingest.refused, { "carbon disk-full": 1, "istat disk-full": 1 });
  t.is(ingest.valueAt("known", T), 2);
  ingest.intake.definer.isDiskFull = false;
  ingest.carbon(`new 5 ${T}\n`);
  t.is(ingest.valueAt("new", T), 5);
});
