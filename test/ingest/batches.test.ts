import test from "ava";
import fc from "fast-check";
import { BatchStream } from "../../src/ingest/batch-stream.ts";
import { Batches } from "../../src/ingest/batches.ts";
import { batchLine, helloLine } from "../../src/protocols/istat-batches.ts";
import { property } from "../property.ts";
import { SimulatedFiles } from "../storage/simulated-files.ts";
import { IngestHarness, NOW } from "./ingest-harness.ts";

const SENDER = "0123456789abcdef0123456789abcdef";
const T = NOW - 40;

/** The receiving side of one life of a server, over a disk. */
class Receiver {
  readonly ingest: IngestHarness;
  readonly batches: Batches;
  replies = "";

  constructor(files = new SimulatedFiles(1), ringBytes = 1 << 20) {
    this.ingest = new IngestHarness({ ringBytes }, {}, files);
    const { store, intake } = this.ingest;
    this.batches = new Batches(
      store.writer,
      intake,
      () => store.wal.durableLsn,
      () => NOW,
    );
  }

  connect(): BatchStream {
    const decoder = this.ingest.intake.newIstat();
    const lines = {
      push: (chunk: Buffer) => {
        decoder.push(chunk);
        return null;
      },
      end: () => decoder.end(),
    };
    return new BatchStream(lines, this.batches, (text) => {
      this.replies += text;
    });
  }

  /** Writes and syncs all, and says what was replied since. */
  settle(): string {
    this.ingest.store.settle();
    this.batches.acknowledge();
    const { replies } = this;
    this.replies = "";
    return replies;
  }
}

function batch(number: number, payload: string, kind: "istat" | "carbon" = "istat"): Buffer {
  return Buffer.from(batchLine({ number, kind, bytes: payload.length }) + payload);
}

const hello = Buffer.from(helloLine(SENDER));

test("a batch is acknowledged when it is on disk, and not before", (t) => {
  const receiver = new Receiver();
  const stream = receiver.connect();
  t.is(stream.push(hello), null);
  t.is(receiver.settle(), "#proto statite 1 0 0\n");
  t.is(stream.push(batch(1, `a ${T} 5\n`)), null);
  receiver.batches.acknowledge();
  t.is(receiver.replies, "");
  receiver.ingest.store.writer.flush();
  while (receiver.ingest.store.writeFrame());
  receiver.batches.acknowledge();
  t.is(receiver.replies, "");
  t.is(receiver.settle(), "#ack 1\n");
  t.is(receiver.ingest.valueAt("a", T), 5);
});

test("a batch that is repeated counts once, also after a power cut and a start", (t) => {
  let receiver = new Receiver();
  let stream = receiver.connect();
  stream.push(hello);
  stream.push(batch(1, `*hits ${T} 50\n`));
  stream.push(batch(2, `*hits ${T} 20\n`));
  stream.push(batch(2, `*hits ${T} 20\n`));
  t.is(receiver.settle(), "#proto statite 1 0 0\n#ack 2\n");
  receiver = new Receiver(receiver.ingest.files.crash("power", 2));
  stream = receiver.connect();
  stream.push(hello);
  stream.push(batch(2, `*hits ${T} 20\n`));
  stream.push(batch(3, `*hits ${T} 10\n`));
  t.is(receiver.settle(), "#proto statite 1 2 2\n#ack 3\n");
  t.is(receiver.ingest.valueAt("hits", T), 8);
  t.like(receiver.batches.numbers, { batches_received: 1, batches_repeated: 1, batch_senders: 1 });
});

test("what is known of a sender outlives the log files in which it was written", (t) => {
  let wall = NOW;
  const files = new SimulatedFiles(1);
  const ingest = new IngestHarness({}, {}, files, () => wall);
  const { store, intake } = ingest;
  const batches = new Batches(
    store.writer,
    intake,
    () => store.wal.durableLsn,
    () => wall,
  );
  const connection = {};
  batches.greet(connection, SENDER, () => {});
  batches.take(connection, { number: 7, kind: "istat", bytes: 0 }, Buffer.from(`a ${T} 5\n`));
  store.settle();
  for (let turn = 0; turn < 20; turn++) {
    wall += 120;
    store.settle();
  }
  t.true(store.wal.droppedLsn > store.writer.marks.get(SENDER)!.endLsn);
  const after = new IngestHarness({}, {}, files.crash("power", 3), () => wall);
  t.like(after.store.writer.marks.get(SENDER), { number: 7, lines: 0, heard: NOW });
});

test("a batch that takes many frames is taken whole or goes on where it was cut", (t) => {
  // A frame has 2 KiB here, and the batch ten times that.
  const files = new SimulatedFiles(1);
  let receiver = new Receiver(files, 1 << 14);
  const lines = Array.from({ length: 400 }, (_, i) => `n${i % 200}.${"x".repeat(60)} ${T} 1\n`);
  const whole = batch(1, lines.join(""));
  let lives = 0;
  const begun: number[] = [];
  for (; lives < 50; lives++) {
    const stream = receiver.connect();
    stream.push(hello);
    const closing = stream.push(whole);
    receiver.ingest.store.writer.flush();
    for (let frame = 0; frame < 5; frame++) receiver.ingest.store.writeFrame();
    receiver.ingest.store.sync();
    if (closing === null && receiver.settle().includes("#ack 1")) break;
    receiver = new Receiver(receiver.ingest.files.crash("power", lives), 1 << 14);
    begun.push(receiver.ingest.store.writer.marks.get(SENDER)?.lines ?? 0);
  }
  t.true(begun.some((lines) => lines > 0));
  t.true(lives < 50);
  const { store } = receiver.ingest;
  for (let i = 0; i < 200; i++) {
    const read = store.read(`n${i}.${"x".repeat(60)}`, T - 10, T + 10, NOW, "count");
    t.is(
      read?.values.filter((count) => !Number.isNaN(count)).reduce((a, b) => a + b, 0),
      2,
    );
  }
});

test("carbon lines in a batch replace, and plain lines go on between batches", (t) => {
  const receiver = new Receiver();
  const stream = receiver.connect();
  stream.push(hello);
  stream.push(batch(1, `c.One 3 ${T}\nc.One 4 ${T}\n`, "carbon"));
  stream.push(Buffer.from(`#role web\nplain ${T} 1\n#ba`));
  stream.push(Buffer.concat([Buffer.from("r 1\n"), batch(2, `b ${T} 2\n`)]));
  receiver.settle();
  t.is(receiver.ingest.valueAt("c.One", T), 4);
  t.is(receiver.ingest.valueAt("plain", T), 1);
  t.is(receiver.ingest.valueAt("b", T), 2);
  t.deepEqual(receiver.ingest.refused, {});
});

test("wherever TCP cuts the stream, the same is taken", (t) => {
  const bytes = Buffer.concat([
    hello,
    batch(1, `a ${T} 1\n`),
    Buffer.from(`plain ${T} 1\n`),
    batch(2, `a ${T} 1\nb 3 ${T}\n`),
    batch(3, `c 9 ${T}\n`, "carbon"),
  ]);
  property(
    t,
    [fc.array(fc.nat(bytes.length), { maxLength: 12 })],
    (cuts) => {
      const receiver = new Receiver();
      const stream = receiver.connect();
      const at = [0, ...cuts.sort((a, b) => a - b), bytes.length];
      for (let i = 1; i < at.length; i++) {
        const closing = stream.push(Buffer.from(bytes.subarray(at[i - 1], at[i])));
        if (closing !== null) return false;
      }
      const isAcknowledged = receiver.settle().endsWith("#ack 3\n");
      const { ingest } = receiver;
      return isAcknowledged && ingest.valueAt("plain", T) === 1 && ingest.valueAt("c", T) === 9;
    },
    { numRuns: 40 },
  );
});

test("headers that are no headers close the connection, and other first lines change nothing", (t) => {
  for (const line of ["#batch x istat 5\n", "#batch 1 istat 999999\n", "#batch 0 istat 5\n"]) {
    const stream = new Receiver().connect();
    stream.push(hello);
    t.is(stream.push(Buffer.from(line)), "batch-malformed");
  }
  const stream = new Receiver().connect();
  stream.push(hello);
  t.is(stream.push(batch(1, `a ${T} 1`)), "batch-malformed");
  t.is(stream.push(Buffer.from("x".repeat(20_000))), "line-too-long");
  const receiver = new Receiver();
  const plain = receiver.connect();
  for (const piece of ["#proto ", "x 1 1\n", `plain ${T} 1\n`]) plain.push(Buffer.from(piece));
  t.is(receiver.settle(), "");
  t.is(receiver.ingest.valueAt("plain", T), 1);
});

test("a sender too many is sent away, until another has been silent for a day", (t) => {
  const { batches, ingest } = new Receiver();
  const { marks } = ingest.store.writer;
  const nameOf = (i: number): string => i.toString(16).padStart(32, "0");
  for (let i = 0; i < 10_000; i++) {
    marks.note({ sender: nameOf(i), number: 1, lines: 0, heard: NOW - 90_000 + i * 10 }, 1);
  }
  t.true(batches.greet({}, nameOf(1), () => {}));
  t.true(batches.greet({}, SENDER, () => {}));
  t.true(marks.count < 10_000);
  t.is(marks.get(nameOf(0)), undefined);
  t.not(marks.get(nameOf(9999)), undefined);
});
