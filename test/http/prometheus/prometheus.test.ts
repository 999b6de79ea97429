import { readFileSync } from "node:fs";
import { request, type Server } from "node:http";
import { connect, type Socket } from "node:net";
import test from "ava";
import fc from "fast-check";
import { Exposition } from "../../../src/http/prometheus/exposition.ts";
import { prometheusServer } from "../../../src/http/prometheus/server.ts";
import { MetricExport } from "../../../src/ingest/metric-export.ts";
import { ISTATD_TAGS } from "../../../src/model/prometheus-name.ts";
import { IstatDecoder } from "../../../src/protocols/istat-lines.ts";
import { NameTable } from "../../../src/storage/name-table.ts";
import { property } from "../../property.ts";
import { eventually } from "../../server.ts";
import { checkExposition, type ExposedSample } from "./check-exposition.ts";

const NOW = 1_700_000_003;
const NOTHING = { sample: () => {}, bucket: () => {}, refuse: () => {} };
const servers: Server[] = [];

test.after.always(() => {
  for (const server of servers) {
    server.close();
    server.closeAllConnections();
  }
});

interface Options {
  tags?: string[];
  names?: "translated" | "raw";
  maxSeries?: number;
}

/** Lines in, Prometheus' text out, over a clock of its own. */
class Port {
  readonly clock = { now: NOW };
  readonly metrics: MetricExport;
  readonly names = new NameTable(() => 0);
  readonly #decoder: IstatDecoder;
  readonly #exposition = new Exposition("me");
  readonly options: Required<Options>;

  constructor({ tags = [], names = "translated", maxSeries = 1000 }: Options = {}) {
    this.options = { tags, names, maxSeries };
    const now = (): number => this.clock.now;
    const isTranslated = names === "translated";
    const options = { tags: [...ISTATD_TAGS, ...tags], isTranslated, maxSeries };
    this.metrics = new MetricExport(this.names, options, now);
    this.#decoder = new IstatDecoder(this.names, this.metrics.beside(NOTHING), NOTHING, now);
  }

  send(text: string): void {
    this.#decoder.push(Buffer.from(text));
  }

  wait(seconds: number): void {
    this.clock.now += seconds;
    this.metrics.turn();
  }

  samples(): ExposedSample[] {
    const text = [...this.#exposition.text(this.metrics.answer(), this.clock.now, 30)].join("");
    return checkExposition(text, this.options.names === "raw");
  }

  /** A listening server; its URL. */
  async listen(): Promise<string> {
    const server = prometheusServer(
      { metrics: async () => this.metrics.answer(), now: () => this.clock.now },
      { gaugeSeconds: 30, names: this.options.names },
    );
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return `http://127.0.0.1:${(server.address() as { port: number }).port}`;
  }
}

/** Series of a text that istatd has answered, which is not always valid. */
function golden(lines: readonly string[]): string[] {
  const shown: string[] = [];
  for (const line of lines) {
    const match = /^([^\s{]+)(?:\{(.*)\})? (\S+) (\d+)$/.exec(line);
    if (match === null) continue;
    const labels = Object.fromEntries(
      [...(match[2] ?? "").matchAll(/([^,=]+)="([^"]*)"/g)].map(([, name, value]) => [name, value]),
    );
    shown.push(shownAs(match[1]!, labels, Number(match[3]), Number(match[4])));
  }
  return shown.sort();
}

function shownAs(metric: string, labels: object, value: number, time: number | null): string {
  const six = Number(value.toPrecision(6));
  return JSON.stringify([metric, Object.entries(labels).sort(), six, time]);
}

for (const [fixture, options] of [
  ["27_prometheus_default", {}],
  ["28_prometheus_untranslated_tagnames", { names: "raw", tags: ["d.f.e", "extra.tag"] }],
] as [string, Options][]) {
  test(`${fixture}: the series, labels, values and times are istatd's`, (t) => {
    const port = new Port(options);
    const lines = readFileSync(`test/fixtures/istatd/${fixture}/session.txt`, "utf8").split("\n");
    let compared = 0;
    for (const [i, line] of lines.entries()) {
      if (line.startsWith("send ")) port.send(`${line.slice(5)}\n`);
      if (line !== "GET /metrics") continue;
      const end = lines.findIndex((other, at) => at > i && !other.startsWith("| "));
      // What is more than a minute ahead is refused.
      const expected = golden(lines.slice(i + 1, end).map((other) => other.slice(2))).filter(
        (sample) => !/"fut[._]g"/.test(sample),
      );
      const found = port.samples().map((s) => shownAs(s.metric, s.labels, s.value, s.time));
      t.deepEqual(found.sort(), expected);
      compared += expected.length;
    }
    t.true(compared > 25);
  });
}

test("whatever names come, the text is valid", (t) => {
  const name = fc
    .array(
      fc.oneof(
        fc.constantFrom("^", ".", "*", "host.", "role.", "a", "b", "A", "-", "_", '"', "\\", "é"),
        fc.constantFrom("{", "}", ",", "=", "counter.", "9", ":"),
      ),
      { minLength: 1, maxLength: 10 },
    )
    .map((parts) => parts.join(""));
  for (const names of ["translated", "raw"] as const) {
    property(t, [fc.array(fc.tuple(name, fc.integer()), { maxLength: 12 })], (lines) => {
      const port = new Port({ names, tags: ["counter", "a"] });
      port.send(lines.map(([one, value]) => `${one} ${value}\n`).join(""));
      port.samples();
      return true;
    });
  }
});

test("a gauge shows its newest sample, and goes when nothing comes any more; events stay for a day", (t) => {
  const port = new Port();
  port.send(`g ${NOW - 5} 1\ng ${NOW} 2\ng ${NOW - 9} 3\n*e 1\n*e 2\ng ${NOW} 8 32 1 3 4\n`);
  const shown = (): unknown[] => port.samples().map((s) => [s.metric, s.value, s.type]);
  t.deepEqual(shown(), [
    ["g", 2, "gauge"],
    ["e", 3, "counter"],
  ]);
  port.wait(31);
  t.deepEqual(shown(), [["e", 3, "counter"]]);
  port.wait(86_400);
  t.deepEqual(shown(), []);
  port.send("*e 7\n*late^host.x 1\n");
  t.deepEqual(shown(), [
    ["e", 7, "counter"],
    ["late", 1, "counter"],
  ]);
});

test("events and gauges of one name are untyped, and nothing is there twice", (t) => {
  const port = new Port();
  port.send("a.b 1\nA_b 2\n*a.b 5\n");
  t.deepEqual(
    port.samples().map(({ metric, labels, value, type }) => [metric, labels, value, type]),
    [
      ["a_b", {}, 2, "untyped"],
      ["a_b", { counter: "1" }, 5, "untyped"],
    ],
  );
});

test("series beyond the limit are dropped and counted", (t) => {
  const port = new Port({ maxSeries: 2 });
  port.send("a 1\nb 2\nc 3\nd^host.x^host.y 4\na 5\n");
  const found = Object.fromEntries(port.samples().map((s) => [s.metric, s.value]));
  t.deepEqual(found, { istatd_agent_dropped_metrics: 2, a: 5, b: 2 });
  const [dropped] = port.samples();
  t.deepEqual(dropped!.labels, { host: "me", counter: "1" });
});

test("names that the table forgets keep their series", (t) => {
  const port = new Port();
  port.send("*a 1\n*b^host.x^host.y 1\n");
  port.names.clear();
  port.send("*b^host.x^host.y 1\n*a 1\n");
  t.deepEqual(
    port.samples().map(({ metric, value }) => [metric, value]),
    [
      ["a", 2],
      ["b", 2],
      ["b", 2],
    ],
  );
});

test("only GET /metrics is answered, with the type of the format, and gzip where it is asked for", async (t) => {
  const port = new Port();
  port.send("g.one 1.5\n");
  const url = await port.listen();
  const answer = await fetch(`${url}/metrics`);
  t.is(answer.headers.get("content-type"), "text/plain; version=0.0.4; charset=utf-8");
  t.is(answer.headers.get("content-encoding"), "gzip");
  t.is(await answer.text(), `# TYPE g_one gauge\ng_one 1.5 ${NOW}000\n`);
  const plain = await new Promise<string>((resolve) => {
    request(`${url}/metrics`, (response) => {
      let text = "";
      response.on("data", (chunk) => (text += String(chunk)));
      response.on("end", () => resolve(`${response.headers["content-encoding"]} ${text}`));
    }).end();
  });
  t.is(plain, `undefined # TYPE g_one gauge\ng_one 1.5 ${NOW}000\n`);
  for (const [path, method, status] of [
    ["/", "GET", 400],
    ["/metrics?x=1", "GET", 400],
    ["/metrics", "POST", 405],
  ] as const) {
    const refused = await fetch(url + path, { method });
    t.is(refused.status, status);
    t.deepEqual(await refused.json(), { error: status === 400 ? "Malformed url" : "Bad method" });
  }
});

test("a reader that does not read makes the text wait, and a fifth one is told to come later", async (t) => {
  const port = new Port({ maxSeries: 200_000 });
  for (let at = 0; at < 200_000; at += 1000) {
    port.send(
      Array.from(
        { length: 1000 },
        (_, i) => `a.rather.long.name.of.a.metric^host.number${at + i} 1\n`,
      ).join(""),
    );
  }
  const url = await port.listen();
  const connections: Socket[] = [];
  servers.at(-1)!.on("connection", (socket) => connections.push(socket));
  const sockets = Array.from({ length: 4 }, () => {
    const socket = connect(Number(new URL(url).port), "127.0.0.1");
    socket.write("GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n");
    socket.once("data", () => socket.pause());
    return socket;
  });
  await eventually(async () => {
    const answer = await fetch(`${url}/metrics`);
    await answer.body?.cancel();
    return answer.status === 503 ? true : undefined;
  });
  // Of the seventeen million bytes of each only what sockets hold was made.
  const made = connections.slice(0, 4).map((socket) => socket.bytesWritten);
  t.true(Math.max(...made) < 13e6, String(made));
  for (const socket of sockets) socket.destroy();
  const samples = await eventually(async () => {
    const answer = await fetch(`${url}/metrics`);
    const text = await answer.text();
    return answer.status === 200 ? checkExposition(text, false) : undefined;
  });
  t.is(samples.length, 200_000);
});
