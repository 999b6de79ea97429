import { readFileSync } from "node:fs";
import { MessageChannel, receiveMessageOnPort } from "node:worker_threads";
import test from "ava";
import { LineTee } from "../../src/ingest/line-tee.ts";
import type { ToForward } from "../../src/ingest/messages.ts";
import { RefusalLog } from "../../src/ingest/refusal-log.ts";
import { AgentIntake } from "../../src/replication/agent-intake.ts";
import { Forwarder } from "../../src/replication/forwarder.ts";
import { IngestHarness, NOW } from "../ingest/ingest-harness.ts";
import { SimulatedFiles } from "../storage/simulated-files.ts";

const FIXTURE = "test/fixtures/istatd/26_agent_forward_stream";
const START = 1_700_000_000;

/** What an agent sends to a receiver that never answers. */
class PlainScene {
  readonly refusals = new RefusalLog(() => {});
  readonly intake: AgentIntake;
  stream = "";
  now = 0;
  readonly forwarder: Forwarder;
  readonly #tee: LineTee;
  readonly #out = new MessageChannel();

  constructor(maxBytes = 64 << 20) {
    this.#tee = new LineTee(this.#out.port1);
    this.intake = new AgentIntake(this.#tee, this.refusals, () => START);
    this.forwarder = new Forwarder(
      {
        files: new SimulatedFiles(1),
        folder: "data/forward/a",
        maxBytes,
        step: 10,
        batchMs: 10_000,
        syncMs: 1000,
        host: "web1",
        version: "9",
        random: () => 0.5,
        newSender: () => "ab".repeat(16),
        log: () => {},
      },
      {
        connect: () => setImmediate(() => {}),
        close: () => {},
        send: (bytes) => {
          this.stream += bytes.toString("latin1");
        },
        unsent: () => 0,
      },
      0,
    );
  }

  connect(): void {
    this.forwarder.tick(this.now);
    this.forwarder.connected(this.now);
  }

  pass(ms: number): void {
    this.now += ms;
    this.#tee.flush();
    for (;;) {
      const message = receiveMessageOnPort(this.#out.port2)?.message as ToForward | undefined;
      if (message === undefined) break;
      if (message.kind === "meta") this.forwarder.meta(message.key, message.value);
      else if (message.kind !== "close")
        this.forwarder.take(message.kind, Buffer.from(message.lines));
    }
    this.forwarder.tick(this.now);
  }

  end(): void {
    this.#out.port1.close();
  }
}

/** Lines by name and slot; numbers as istatd's %.6g gives them. */
function bucketsOf(stream: string): Map<string, number[]> {
  const buckets = new Map<string, number[]>();
  for (const line of stream.split("\n").filter((one) => one !== "" && !one.startsWith("#"))) {
    const [name, time, ...numbers] = line.trim().split(" ");
    const isEvent = name!.startsWith("*");
    const kept = isEvent ? numbers.slice(0, 1) : numbers;
    const key = `${name} ${Math.floor(Number(time) / 10)}`;
    buckets.set(
      key,
      kept.map((number) => Number(Number(number).toPrecision(6))),
    );
  }
  return buckets;
}

test("to an istatd goes what an istatd agent would send, more exactly and with carets as received", (t) => {
  const scene = new PlainScene();
  scene.connect();
  scene.pass(2100);
  const decoder = scene.intake.newIstat();
  for (const line of readFileSync(`${FIXTURE}/input.txt`, "utf8").split("\n")) {
    if (line.startsWith("send ")) decoder.push(Buffer.from(`${line.slice(5)}\n`));
  }
  for (let turn = 0; turn < 130; turn++) scene.pass(100);
  scene.end();
  const expected = bucketsOf(readFileSync(`${FIXTURE}/stream_to_master.txt`, "utf8"));
  const found = bucketsOf(scene.stream);
  // An istatd agent expands carets itself.
  const caret = found.get(`c^h.x^r.y ${START / 10}`)!;
  found.set(`c.h.x ${START / 10}`, caret);
  found.set(`c.r.y ${START / 10}`, caret);
  for (const [key, numbers] of expected) t.deepEqual(found.get(key), numbers, key);
  t.true(expected.size > 9);
  // It drops what is further away than these; here that is for the receiver to decide.
  t.true(scene.stream.includes("far.past 1699999969 "));
  t.true(scene.stream.includes("fut.20 1700000020 "));
  t.true(scene.stream.includes("big.v 1700000000 123456789.25 "));
  const lines = scene.stream.split("\n");
  t.deepEqual(lines.slice(0, 3), [
    `#proto statite 1 ${"ab".repeat(16)}`,
    "#version statite 9",
    "#hostname web1",
  ]);
  t.true(lines.includes("#version 9") && lines.includes("#role web"));
  t.false(scene.stream.includes("#batch"));
});

test("the stream of a real istatd agent is taken", (t) => {
  const ingest = new IngestHarness();
  ingest.istat(readFileSync(`${FIXTURE}/stream_to_master.txt`, "utf8"));
  t.deepEqual(ingest.refused, {});
  t.is(ingest.valueAt("a.b", START), 2);
  t.is(ingest.valueAt("a.b", START - 10), 3);
  t.is(ingest.valueAt("x.seven", START - 5), 2.5);
  t.is(ingest.valueAt("e.v", START), 0.3);
  t.is(ingest.valueAt("up.case", START), 1);
  t.true(NOW > START);
});

test("until two seconds have passed without an answer nothing but the hello is sent", (t) => {
  const scene = new PlainScene();
  scene.connect();
  scene.intake.newIstat().push(Buffer.from("a 1\n"));
  for (let turn = 0; turn < 19; turn++) scene.pass(100);
  t.false(scene.stream.includes("a 1"));
  for (let turn = 0; turn < 120; turn++) scene.pass(100);
  scene.end();
  t.true(scene.stream.endsWith(`a ${START} 1 1 1 1 1\n`));
});

test("carbon and pickle datapoints are not for an istatd, and are counted", (t) => {
  const scene = new PlainScene();
  scene.connect();
  scene.pass(2100);
  scene.intake.newPlaintext().push(Buffer.from(`c.d 5 ${START}\n`));
  for (let turn = 0; turn < 120; turn++) scene.pass(100);
  scene.end();
  t.false(scene.stream.includes("c.d"));
  t.is(scene.forwarder.numbers.forward_unsendable_batches, 1);
  t.is(scene.forwarder.numbers.forward_waiting_batches, 0);
});

test("a pickle's name that no line can have is refused", (t) => {
  const scene = new PlainScene();
  const pickle = Buffer.from(`(l(S'a b'\n(L${START}L\nF1.5\ntta(S'ab'\n(L${START}L\nF1.5\ntta.`);
  const frame = Buffer.alloc(4);
  frame.writeUInt32BE(pickle.length);
  scene.intake.newPickle().push(Buffer.concat([frame, pickle]));
  scene.pass(100);
  scene.end();
  t.deepEqual([...scene.refusals.counts], [["pickle name-not-forwarded", 1]]);
  t.is(scene.forwarder.numbers.forward_lines, 1);
});
