import test from "ava";
import fc from "fast-check";
import { Identity } from "../../src/replication/identity.ts";
import { property } from "../property.ts";
import { SimulatedFiles } from "../storage/simulated-files.ts";
import { ForwardWorld } from "./forward-world.ts";

/** What may happen; the model is the sum of what was sent. */
type Step =
  | { do: "send"; value: number }
  | { do: "pass" | "limp"; ms: number }
  | { do: "down" | "up" | "break" | "stop agent" | "fill disk" }
  | { do: "crash agent" | "crash agent within" | "crash master"; kind: "kill" | "power" };

const kind = fc.constantFrom<"kill" | "power">("kill", "power");
const ms = fc.oneof(fc.constant(100), fc.nat(2000), fc.nat(20_000), fc.constant(1_800_000));
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ do: fc.constant("send" as const), value: fc.nat(1000) }) },
  { weight: 10, arbitrary: fc.record({ do: fc.constantFrom(...(["pass", "limp"] as const)), ms }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constantFrom(...(["down", "up", "break", "stop agent", "fill disk"] as const)),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constantFrom(...(["crash agent", "crash agent within", "crash master"] as const)),
      kind,
    }),
  },
);

function live(world: ForwardWorld, steps: readonly Step[]): number {
  let sent = 0;
  for (const one of steps) {
    switch (one.do) {
      case "send":
        sent += one.value;
        world.agent.take("istat", Buffer.from(`*sum ${world.seconds} ${one.value}\n`));
        break;
      case "pass":
        world.pass(one.ms);
        break;
      case "limp":
        world.limp(one.ms);
        break;
      case "down":
        world.breakWire();
        world.isMasterUp = false;
        break;
      case "up":
        world.isMasterUp = true;
        break;
      case "break":
        world.breakWire();
        break;
      case "stop agent":
        world.stopAgent();
        break;
      case "crash agent":
        // What was taken is on disk a tick later, and synced within a second.
        world.pass(one.kind === "kill" ? 100 : 1000);
        world.crashAgent(one.kind);
        break;
      case "crash agent within":
        world.crashAgentWithin(one.kind);
        break;
      case "fill disk":
        world.fillDisk();
        break;
      case "crash master":
        world.crashMaster(one.kind);
        break;
    }
  }
  return sent;
}

test("whatever breaks, is killed or loses its power on either side, every line counts exactly once", (t) => {
  property(
    t,
    [fc.nat(1e6), fc.array(step, { maxLength: 60, size: "max" })],
    (seed, steps) => {
      const world = new ForwardWorld(seed, 1000);
      // The first answer is there before anything breaks: until then lines may be sent plainly.
      for (let turn = 0; turn < 3; turn++) world.pass(100);
      const sent = live(world, steps);
      world.finish();
      return world.sumOf("sum") === sent;
    },
    {
      numRuns: Number(process.env.FORWARD_RUNS ?? 40),
      seed: Number(process.env.FORWARD_SEED ?? 1),
    },
  );
});

test("a master that is away for ten minutes misses nothing, and the agent waits longer and longer", (t) => {
  const world = new ForwardWorld(7);
  for (let turn = 0; turn < 3; turn++) world.pass(100);
  world.breakWire();
  world.isMasterUp = false;
  const began = world.seconds;
  let sent = 0;
  for (let second = 0; second < 600; second++) {
    sent += second;
    const lines = `*sum ${world.seconds} ${second}\ncpu^host.a^class.b ${world.seconds} ${second}\n`;
    world.agent.take("istat", Buffer.from(lines));
    world.agent.take("carbon", Buffer.from(`last.value ${second} ${world.seconds}\n`));
    for (let tick = 0; tick < 10; tick++) world.pass(100);
    // A restart, and a kill of each kind, while the master is away.
    if (second === 200) world.stopAgent();
    if (second === 400) world.crashAgent("kill");
    if (second === 500) {
      for (let tick = 0; tick < 10; tick++) world.pass(100);
      world.crashAgent("power");
    }
  }
  world.crashMaster("power");
  world.finish();
  t.is(world.sumOf("sum"), sent);
  for (let second = 0; second < 590; second += 10) {
    const time = began - (began % 10) + 10 + second;
    const mean = time - began + 4.5;
    t.is(world.valueAt("cpu.host.a", time), world.valueAt("cpu.class.b", time));
    t.true(Math.abs(world.valueAt("cpu.host.a", time)! - mean) < 2);
    t.not(world.valueAt("last.value", time), undefined);
  }
  const waits = world.log.filter((line) => line.includes("not connected"));
  t.true(waits.length < 10);
});

test("a spool that is full loses its oldest batches, counts them, and keeps the rest", (t) => {
  const world = new ForwardWorld(3, 1000, 1 << 18);
  for (let turn = 0; turn < 3; turn++) world.pass(100);
  world.breakWire();
  world.isMasterUp = false;
  let lines = 0;
  for (let batch = 0; batch < 40; batch++) {
    const text = Array.from({ length: 300 }, (_, i) => `*n${i} ${world.seconds} 1\n`).join("");
    world.agent.take("istat", Buffer.from(`${text}*sum ${world.seconds} 1\n`));
    lines += 301;
    world.pass(1000);
  }
  const { numbers } = world.agent;
  t.true(numbers.forward_spool_bytes! <= 1 << 18);
  t.true(numbers.forward_dropped_batches! > 5);
  t.is(numbers.forward_dropped_lines, numbers.forward_dropped_batches! * 301);
  t.true(numbers.forward_dropped_lines! < lines);
  world.finish();
  t.is(world.sumOf("sum"), 40 - numbers.forward_dropped_batches!);
});

test("a copy of an agent on another machine is another sender, and so is one without its spool", (t) => {
  const files = new SimulatedFiles(1);
  files.makeFolder("d");
  let next = 0;
  const newSender = (): string => String(++next).padStart(32, "0");
  const nameOf = (host: string, isSpoolNew: boolean): string =>
    new Identity(files, "d", host, newSender, isSpoolNew).present.sender;
  const first = nameOf("a", true);
  t.is(nameOf("a", false), first);
  const second = nameOf("b", false);
  t.not(second, first);
  t.not(nameOf("b", true), second);
  t.is(next, 3);
});
