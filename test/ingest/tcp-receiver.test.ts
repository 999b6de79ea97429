import { once } from "node:events";
import { connect } from "node:net";
import test from "ava";
import { TcpReceiver } from "../../src/ingest/tcp-receiver.ts";
import { eventually, splitAddress } from "../server.ts";
import { IngestHarness, NOW } from "./ingest-harness.ts";

const T = NOW - 40;

/** A receiver of carbon lines over a store whose log is full. */
async function fullReceiver(
  idleSeconds = 900,
): Promise<{ ingest: IngestHarness; receiver: TcpReceiver; address: string; room(): void }> {
  const ingest = new IngestHarness({ ringBytes: 1 << 18 });
  const waiting: (() => void)[] = [];
  const refuse = ingest.refusals.forProtocol("carbon").refuse;
  const receiver = new TcpReceiver(
    { host: "127.0.0.1", port: 0, maxConnections: 2, idleSeconds },
    () => {
      const decoder = ingest.intake.newPlaintext();
      return {
        push: (chunk) => {
          decoder.push(chunk);
          return null;
        },
        end: () => decoder.end(),
      };
    },
    {
      isFull: () => ingest.store.writer.isFull,
      onRoom: (resume) => {
        waiting.push(resume);
      },
    },
    refuse,
  );
  const address = await receiver.listen();
  for (let i = 0; !ingest.store.writer.isFull; i++) ingest.carbon(`fill ${i}.5 ${T}\n`);
  const room = (): void => {
    ingest.store.settle();
    for (const resume of waiting.splice(0)) resume();
  };
  return { ingest, receiver, address, room };
}

/** Sends lines, and waits until the receiver has read them. */
async function sendLines(
  address: string,
  receiver: TcpReceiver,
  lines: string,
): Promise<() => void> {
  const [host, port] = splitAddress(address);
  const before = receiver.connections;
  const socket = connect(port, host);
  socket.on("error", () => {});
  await once(socket, "connect");
  socket.write(lines);
  await eventually(async () => (receiver.connections > before ? true : undefined));
  await new Promise((resolve) => setTimeout(resolve, 50));
  return () => socket.resetAndDestroy();
}

test("a close waits for room for what is held back", async (t) => {
  const { ingest, receiver, address, room } = await fullReceiver();
  await sendLines(address, receiver, `held.a 1 ${T}\nheld.b 2 ${T}\n`);
  t.is(ingest.valueAt("held.a", T), undefined);
  setTimeout(room, 100);
  await receiver.close();
  t.is(ingest.valueAt("held.a", T), 1);
  t.is(ingest.valueAt("held.b", T), 2);
  t.deepEqual(ingest.refused, {});
});

test("a close without room decodes into what the store keeps back", async (t) => {
  const { ingest, receiver, address } = await fullReceiver();
  await sendLines(address, receiver, `held.a 1 ${T}\nheld.b 2 ${T}\n`);
  const began = performance.now();
  await receiver.close(100);
  t.true(performance.now() - began < 4000);
  t.is(ingest.valueAt("held.a", T), 1);
  t.is(ingest.valueAt("held.b", T), 2);
  t.deepEqual(ingest.refused, {});
});

test("what does not fit there either is counted, each datapoint", async (t) => {
  const { ingest, receiver, address } = await fullReceiver();
  while (ingest.refused["carbon log-full"] === undefined) ingest.carbon(`fill 1.5 ${T}\n`);
  await sendLines(address, receiver, `fill 1 ${T}\nfill 2 ${T}\nheld.a 3 ${T}\n`);
  await receiver.close(100);
  t.deepEqual(ingest.refused, { "carbon log-full": 4 });
});

test("a client that leaves while the store is full loses nothing that was read", async (t) => {
  const { ingest, receiver, address, room } = await fullReceiver();
  const leave = await sendLines(address, receiver, `left.a 1 ${T}\n`);
  leave();
  await new Promise((resolve) => setTimeout(resolve, 50));
  // It counts as a connection till then, or clients that come and go could fill the memory.
  t.is(receiver.connections, 1);
  await sendLines(address, receiver, `left.b 2 ${T}\n`);
  const third = connect(...(splitAddress(address).reverse() as [number, string]));
  await once(third, "close");
  t.is(ingest.refused["carbon too-many-connections"], 1);
  room();
  t.is(ingest.valueAt("left.a", T), 1);
  t.is(ingest.valueAt("left.b", T), 2);
  await eventually(async () => (receiver.connections === 1 ? true : undefined));
  await receiver.close();
});

test("a client that waits for the store is not idle", async (t) => {
  const { ingest, receiver, address, room } = await fullReceiver(0.1);
  await sendLines(address, receiver, `patient.a 1 ${T}\n`);
  await new Promise((resolve) => setTimeout(resolve, 300));
  t.is(ingest.refused["carbon idle"], undefined);
  room();
  t.is(ingest.valueAt("patient.a", T), 1);
  await eventually(async () => (ingest.refused["carbon idle"] === 1 ? true : undefined));
  await receiver.close();
});
