import { BatchStream } from "../../src/ingest/batch-stream.ts";
import { Batches } from "../../src/ingest/batches.ts";
import { Forwarder, type Wire } from "../../src/replication/forwarder.ts";
import { IngestHarness } from "../ingest/ingest-harness.ts";
import { Crash, randomOf, SimulatedFiles } from "../storage/simulated-files.ts";

const START = 1_700_000_100;
const SPOOL = "data/forward/master_8111";

/**
 * An agent and its master over simulated disks, with a clock, a wire that breaks, and kills and power
 * cuts on both sides. Both are the step machines that run in production, turned by hand.
 */
export class ForwardWorld {
  readonly random: () => number;
  /** Milliseconds since the beginning. */
  now = 0;
  readonly log: string[] = [];
  agent: Forwarder;
  master: IngestHarness;
  isMasterUp = true;
  #agentFiles = new SimulatedFiles(1);
  #masterFiles = new SimulatedFiles(2);
  #batches: Batches;
  /** The present connection; null when there is none. */
  #stream: BatchStream | null = null;
  /** On their way, in order. */
  #toMaster: Buffer[] = [];
  #toAgent: string[] = [];
  #wantsConnection = false;
  readonly #batchMs: number;
  readonly #maxBytes: number;

  constructor(seed: number, batchMs = 10_000, maxBytes = 64 << 20) {
    this.#batchMs = batchMs;
    this.random = randomOf(seed);
    this.#maxBytes = maxBytes;
    this.master = this.#newMaster();
    this.#batches = this.#newBatches();
    this.agent = this.#newAgent();
  }

  /** The present in whole seconds. */
  get seconds(): number {
    return START + Math.floor(this.now / 1000);
  }

  below(count: number): number {
    return Math.floor(this.random() * count);
  }

  /** Lets time pass: the agent ticks, all that is under way arrives, and the master syncs. */
  pass(ms: number): void {
    this.now += ms;
    this.agent.tick(this.now);
    if (this.#wantsConnection) this.#connect();
    this.deliver();
    this.#settleMaster();
    this.deliver();
  }

  /** The same, but what arrives and what the master has on disk is left to chance. */
  limp(ms: number): void {
    this.now += ms;
    this.agent.tick(this.now);
    if (this.#wantsConnection) this.#connect();
    if (this.random() < 0.6) this.deliver();
    this.writeSome();
    if (this.random() < 0.3) this.deliver();
  }

  deliver(): void {
    for (const bytes of this.#toMaster.splice(0)) {
      const closing = this.#stream?.push(bytes) ?? null;
      if (closing !== null) this.breakWire();
    }
    for (const text of this.#toAgent.splice(0)) this.agent.received(text, this.now);
  }

  /** What is on its way is lost, in either direction, from an arbitrary place on. */
  breakWire(): void {
    if (this.#stream === null) return;
    this.#dropWire();
    this.agent.closed(this.now, "it broke");
  }

  /** Written, and perhaps not synced; perhaps in part. */
  writeSome(): void {
    this.master.store.writer.tick();
    this.master.store.writer.flush();
    for (let frames = this.below(3); frames > 0 && this.master.store.writeFrame(); frames--);
    if (this.random() < 0.5) this.master.store.sync();
    this.#batches.acknowledge();
  }

  crashAgent(kind: "kill" | "power"): void {
    this.#dropWire();
    this.#agentFiles = this.#agentFiles.crash(kind, this.below(1e9));
    this.agent = this.#newAgent();
  }

  /** Lines that were taken are on disk; then the world ends at one of the next writes. */
  crashAgentWithin(kind: "kill" | "power"): void {
    this.pass(1000);
    this.#agentFiles.crashAfter(1 + this.below(10));
    try {
      for (let turn = 0; turn < 3; turn++) this.limp(this.#batchMs);
    } catch (error) {
      if (!(error instanceof Crash)) throw error;
    }
    this.crashAgent(kind);
  }

  /** The agent's disk takes nothing for a while. */
  fillDisk(): void {
    // What is written and not synced is written once more.
    this.pass(100);
    this.#agentFiles.isFull = true;
    for (let turn = this.below(5); turn >= 0; turn--) this.limp(this.below(2 * this.#batchMs));
    this.#agentFiles.isFull = false;
    this.pass(1000);
  }

  stopAgent(): void {
    this.agent.close();
    this.crashAgent("power");
  }

  crashMaster(kind: "kill" | "power"): void {
    this.breakWire();
    this.#masterFiles = this.#masterFiles.crash(kind, this.below(1e9));
    this.master = this.#newMaster();
    this.#batches = this.#newBatches();
  }

  /** Until the agent has nothing left. */
  finish(): void {
    this.isMasterUp = true;
    for (let turn = 0; turn < 3000; turn++) {
      this.pass(500);
      if (this.agent.numbers.forward_waiting_batches === 0 && turn > 40) return;
    }
    throw new Error(`it does not end:\n${this.log.slice(-10).join("\n")}`);
  }

  /** Sum over all slots of an event counter, as it was sent. */
  sumOf(name: string): number {
    const read = this.master.store.read(name, START - 100, this.seconds + 100, this.seconds);
    if (read === null) return 0;
    const sum = read.values.reduce((total, value) => total + (Number.isNaN(value) ? 0 : value), 0);
    return Math.round(sum * read.step);
  }

  valueAt(name: string, time: number): number | undefined {
    const slot = time - (time % 10);
    const read = this.master.store.read(name, slot - 10, slot + 10, this.seconds);
    if (read === null) return undefined;
    const value = read.values[(slot - read.start) / read.step];
    return value === undefined || Number.isNaN(value) ? undefined : value;
  }

  #settleMaster(): void {
    if (!this.isMasterUp) return;
    this.master.store.settle({ merges: false });
    this.#batches.acknowledge();
  }

  #connect(): void {
    this.#wantsConnection = false;
    if (!this.isMasterUp) {
      this.agent.closed(this.now, "refused");
      return;
    }
    const decoder = this.master.intake.newIstat();
    const lines = {
      push: (chunk: Buffer) => {
        decoder.push(chunk);
        return null;
      },
      end: () => decoder.end(),
    };
    const stream = new BatchStream(lines, this.#batches, (text) => {
      if (this.#stream === stream) this.#toAgent.push(text);
    });
    this.#stream = stream;
    this.agent.connected(this.now);
  }

  /** Some of what is under way to the master still arrives. */
  #dropWire(): void {
    const sent = Buffer.concat(this.#toMaster.splice(0));
    const stream = this.#stream;
    this.#stream = null;
    if (sent.length > 0) stream?.push(sent.subarray(0, this.below(sent.length + 1)));
    stream?.end();
    this.#toAgent = [];
    this.#wantsConnection = false;
  }

  #newMaster(): IngestHarness {
    return new IngestHarness({}, {}, this.#masterFiles, () => this.seconds);
  }

  #newBatches(): Batches {
    const { store, intake } = this.master;
    return new Batches(
      store.writer,
      intake,
      () => store.wal.durableLsn,
      () => this.seconds,
    );
  }

  #newAgent(): Forwarder {
    const wire: Wire = {
      connect: () => {
        this.#wantsConnection = true;
      },
      close: () => this.#dropWire(),
      send: (bytes) => {
        if (this.#stream !== null) this.#toMaster.push(Buffer.from(bytes as Buffer));
      },
      unsent: () => 0,
    };
    return new Forwarder(
      {
        files: this.#agentFiles,
        folder: SPOOL,
        maxBytes: this.#maxBytes,
        step: 10,
        batchMs: this.#batchMs,
        syncMs: 1000,
        host: "web1",
        version: "1",
        random: this.random,
        newSender: () =>
          this.below(2 ** 30)
            .toString(16)
            .padStart(32, "0"),
        log: (level, message) => this.log.push(`${this.now} ${level} ${message}`),
      },
      wire,
      this.now,
    );
  }
}
