import { readFileSync } from "node:fs";
import type { FastifyInstance } from "fastify";
import { pino } from "pino";
import { loadRules } from "../../../src/config/rules.ts";
import type { HttpOptions } from "../../../src/http/frame/options.ts";
import { buildIstatServer, type IstatDoors } from "../../../src/http/istat/server.ts";
import { Intake } from "../../../src/ingest/intake.ts";
import { RefusalLog } from "../../../src/ingest/refusal-log.ts";
import { parseIstatRetention } from "../../../src/model/retention.ts";
import { StorageRules } from "../../../src/model/schema.ts";
import { runJob } from "../../../src/query/run-job.ts";
import { StoreSource } from "../../../src/query/store-source.ts";
import { TagIndex } from "../../../src/query/tags/tag-index.ts";
import { SimulatedFiles } from "../../storage/simulated-files.ts";
import { StoreHarness } from "../../storage/store-harness.ts";
import { testDocuments } from "../test-documents.ts";

const LIMITS = { maxSeries: 1000, maxDatapoints: 1_000_000, seconds: 10 };

/** Istat lines in, istatd's HTTP API out, over a whole store in this thread and a clock of its own. */
export class IstatSite {
  readonly app: FastifyInstance;
  readonly store: StoreHarness;
  readonly #clock: { now: number };
  readonly #intake: Intake;

  private constructor(
    clock: { now: number },
    store: StoreHarness,
    intake: Intake,
    app: FastifyInstance,
  ) {
    this.#clock = clock;
    this.store = store;
    this.#intake = intake;
    this.app = app;
  }

  static async build(
    retention: string,
    now: number,
    doors: Partial<IstatDoors> = {},
    options: Partial<HttpOptions> = {},
  ): Promise<IstatSite> {
    const time = { now };
    const present = (): number => time.now;
    const clock = { wallMs: () => present() * 1000, monotonicMs: () => present() * 1000 };
    const store = new StoreHarness({ clock, files: new SimulatedFiles(1) }, "data");
    const none = {
      schemas: null,
      aggregation: null,
      whitelist: null,
      blacklist: null,
      quotas: null,
    };
    const intake = new Intake(
      store.writer,
      store.view.series,
      store.names,
      loadRules(none),
      { retention: parseIstatRetention(retention), rollUp: 0 },
      new RefusalLog(() => {}),
      present,
    );
    const rules = new StorageRules(null, null);
    const source = new StoreSource(store.names, TagIndex.own(store.names), store.reader, rules);
    const documents = testDocuments();
    const app = await buildIstatServer(
      {
        queries: { run: (job) => runJob(job, source, "UTC", LIMITS) },
        filesDir: null,
        agents: async () => [],
        settings: () => documents.settings,
        now: present,
        log: pino({ level: "silent" }),
        ...doors,
      },
      options,
    );
    return new IstatSite(time, store, intake, app);
  }

  set now(seconds: number) {
    this.#clock.now = seconds;
    this.store.writer.tick();
  }

  send(text: string): void {
    this.#intake.newIstat().push(Buffer.from(text, "latin1"));
  }
}

/** A request to a running istatd, and what it answered. */
export interface Exchange {
  method: string;
  url: string;
  request_body: unknown;
  request_headers?: string;
  status_line?: string;
  response_head?: string[];
  body: string;
}

export function exchangesOf(fixture: string): Exchange[] {
  return JSON.parse(
    readFileSync(`test/fixtures/istatd/${fixture}/http.json`, "utf8"),
  ) as Exchange[];
}

/** A site that has received what a fixture's istatd had, but for some lines. */
export async function siteOf(fixture: string, without = /(?!)/): Promise<IstatSite> {
  const lines = readFileSync(`test/fixtures/istatd/${fixture}/input.txt`, "utf8").split("\n");
  const [, retention = "10s:10d"] = /--retention (\S+)/.exec(lines[0]!) ?? [];
  const [, start = "1700000000"] = /--fake-time (\d+)/.exec(lines[0]!) ?? [];
  const site = await IstatSite.build(retention, Number(start));
  for (const line of lines) {
    if (line.startsWith("now ")) site.now = Number(line.slice(4));
    else if (line.startsWith("send ") && !without.test(line)) site.send(`${line.slice(5)}\n`);
  }
  return site;
}
