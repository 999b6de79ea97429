import { readFileSync } from "node:fs";
import test from "ava";
import fc from "fast-check";
import { importFile } from "../../../src/ui/dashboards/import/import-file.ts";
import { savedText } from "../../../src/ui/dashboards/model/saved.ts";
import { property } from "../../property.ts";

const FIXTURES = "test/fixtures/dashboards";

function imported(file: string) {
  const [found, ...others] = importFile(file, readFileSync(`${FIXTURES}/${file}`, "utf8"));
  if (found === undefined || others.length > 0) throw new Error("one dashboard is in the file");
  return found;
}

test("Grafana's graphs of Graphite keep targets, units, thresholds, ranges and places", (t) => {
  const { dashboard, origin } = imported("grafana-hosts.json");
  t.is(origin, "grafana");
  t.is(dashboard.title, "Hosts <b>&amp;</b> disks");
  t.deepEqual(
    [dashboard.from, dashboard.until, dashboard.tz, dashboard.refreshSeconds],
    ["-12h", "-5min", "UTC", 30],
  );
  const [cpu, network, disk] = dashboard.graphs;
  t.is(dashboard.graphs.length, 3);
  t.like(cpu, {
    title: "CPU of $host",
    targets: [
      "alias(movingAverage(sumSeries(servers.$host.cpu.user, servers.$host.cpu.system), '5min'), 'busy')",
    ],
    mode: "area",
    unit: "percent",
    min: 0,
    max: 100,
    nulls: "connect",
    thresholds: [
      { value: 70, level: "warning" },
      { value: 90, level: "critical" },
    ],
  });
  t.like(network, { mode: "stacked", unit: "bytes", from: "-24h", until: "now", thresholds: [] });
  t.like(disk, {
    targets: ["seriesByTag('name=disk.used', 'dc=$dc')"],
    isLogarithmic: true,
    unit: "short",
  });
  t.deepEqual(cpu?.place, { x: 0, y: 0, width: 6, height: 7 });
  t.deepEqual(network?.place, { x: 6, y: 0, width: 6, height: 7 });
  t.deepEqual(disk?.place, { x: 0, y: 7, width: 12, height: 9 });
});

test("Grafana's variables come along as far as Graphite or a list has their values", (t) => {
  const { dashboard } = imported("grafana-hosts.json");
  t.deepEqual(dashboard.variables, [
    {
      name: "host",
      label: "Host",
      kind: "find",
      query: "servers.*",
      pattern: "/^(web\\d+)$/",
      isMulti: true,
      chosen: ["web1", "web2"],
    },
    {
      name: "dc",
      label: "",
      kind: "tag",
      query: "dc name=disk.used",
      pattern: "",
      isMulti: false,
      chosen: ["*"],
    },
    {
      name: "step",
      label: "",
      kind: "list",
      query: "1min,5min,1h",
      pattern: "",
      isMulti: false,
      chosen: ["5min"],
    },
    {
      name: "region",
      label: "",
      kind: "list",
      query: "eu,us",
      pattern: "",
      isMulti: false,
      chosen: ["eu"],
    },
  ]);
});

test("whoever imports is told everything that was left out of a Grafana dashboard", (t) => {
  t.deepEqual(imported("grafana-hosts.json").notes, [
    "The variable source (datasource) is left out.",
    "“Network”: settings of single series are left out.",
    "“Uptime” is left out: it is no graph, but stat.",
    "“Requests” is left out: it has no query of Graphite.",
    "“Disk”: 1 of its queries are not Graphite's, and left out.",
    "“Disk” is repeated there for each value of a variable, and shown once here.",
    "“Disk”: the unit dateTimeAsIso is not known here; plain numbers are shown.",
    "Annotations (1) are left out.",
  ]);
});

test("an old Grafana dashboard with rows and spans is laid out as it was", (t) => {
  const { dashboard, notes } = imported("grafana-old.json");
  t.like(dashboard, { title: "Mail", from: "midnight", until: "now", tz: "" });
  const [queues, volume] = dashboard.graphs;
  t.like(queues, {
    mode: "stacked",
    nulls: "zero",
    min: 0,
    max: null,
    thresholds: [{ value: 500, level: "critical" }],
    place: { x: 0, y: 0, width: 8, height: 7 },
  });
  t.like(volume, {
    mode: "area",
    unit: "bytes",
    nulls: "connect",
    isLogarithmic: true,
    place: { x: 0, y: 7, width: 12, height: 5 },
  });
  t.deepEqual(notes, ["“Notes” is left out: it is no graph, but text."]);
});

test("a schema of Grafana that is not understood is refused with what to do", (t) => {
  const text = JSON.stringify({ apiVersion: "dashboard.grafana.app/v2", spec: { elements: {} } });
  t.throws(() => importFile("new.json", text), { message: /export it as Classic/ });
});

test("a state of Graphite's dashboard keeps targets, sizes, range and looks", (t) => {
  const { dashboard, notes, name, origin } = imported("graphite-state.json");
  t.deepEqual([name, origin], ["shop", "graphite"]);
  t.like(dashboard, { from: "-6hours", until: "now", refreshSeconds: 30 });
  const [orders, latency, errors] = dashboard.graphs;
  t.like(orders, {
    title: "Orders",
    targets: ["shop.orders", "shop.refunds"],
    mode: "stacked",
    min: 0,
    place: { x: 0, y: 0, width: 6, height: 9 },
  });
  t.like(latency, { targets: ['alias(shop.latency,"a&b")'], nulls: "connect", unit: "bytes" });
  t.like(errors, { targets: ["shop.errors"], nulls: "zero", isLogarithmic: true });
  t.deepEqual(notes, ["Parameters that mean nothing here: pieMode."]);
});

test("every dashboard of a .set file of istatd is found", (t) => {
  const path = "test/fixtures/istatd/23_settings_store/alice.set";
  const [d1, ...others] = importFile("alice.set", readFileSync(path, "utf8"));
  t.is(others.length, 0);
  t.like(d1, { name: "d1", origin: "istatd", notes: [] });
  t.like(d1?.dashboard, { title: "d1", from: "-3600s", until: "now", refreshSeconds: 0 });
  t.deepEqual(
    d1?.dashboard.graphs.map(({ mode, targets, place }) => [mode, targets, place.x, place.width]),
    [
      ["band", ["a.b", "a.c"], 0, 6],
      ["line", ["d"], 6, 6],
    ],
  );
});

test("a broken dashboard of a .set file does not keep the others out", (t) => {
  const text =
    '# istatd settings 1\ndashboard.bad={\\"graphs\\":\ndashboard.good={\\"graphs\\":[[\\"x\\"]],\\"formats\\":[4]}\n';
  const [good] = importFile("global.set", text);
  t.like(good, { name: "good", notes: ["These cannot be read: bad."] });
  t.is(good?.dashboard.graphs[0]?.mode, "stacked");
  t.throws(() => importFile("users.set", "# istatd settings 1\nuser.x={}\n"), {
    message: /no dashboard in these settings/,
  });
});

test("what is no dashboard is refused with a sentence", (t) => {
  t.throws(() => importFile("a.txt", "hello"), { message: /this is no dashboard/ });
  t.throws(() => importFile("a.json", "{"), { message: /it is no JSON/ });
  t.throws(() => importFile("a.json", '{"a":1}'), { message: /no dashboard that is known/ });
});

test("whatever is in a file, an import ends in a dashboard that can be saved, or in an Error", (t) => {
  const words = fc.constantFrom(
    ..."graphs formats panels rows targets target refId type graph timeseries row gridPos x y w h templating list name query state timeConfig statite format title dashboard schemaVersion fieldConfig defaults custom thresholds steps value #A".split(
      " ",
    ),
  );
  const { tree } = fc.letrec((tie) => ({
    leaf: fc.oneof(words, fc.integer(), fc.double(), fc.boolean(), fc.constant(null)),
    tree: fc.oneof(
      { maxDepth: 6 },
      tie("leaf"),
      fc.array(tie("tree"), { maxLength: 4 }),
      fc.dictionary(words, tie("tree"), { maxKeys: 6 }),
    ),
  }));
  property(t, [fc.dictionary(words, tree)], (value) => {
    let found: ReturnType<typeof importFile>;
    try {
      found = importFile("x.json", JSON.stringify(value));
    } catch (error) {
      return error instanceof Error && !(error instanceof TypeError);
    }
    const [first] = found;
    const [again] = importFile("x.json", savedText(first!.dashboard));
    return JSON.stringify(again?.dashboard) === JSON.stringify(first!.dashboard);
  });
});

test("queries that refer to one another in a circle, or grow beyond measure, are left out", (t) => {
  const panel = (targets: object[]): string =>
    JSON.stringify({ panels: [{ type: "graph", title: "loop", targets }] });
  const [circle] = importFile(
    "x.json",
    panel([
      { refId: "A", target: "sum(#B)" },
      { refId: "B", target: "sum(#A)" },
    ]),
  );
  t.deepEqual(circle?.dashboard.graphs, []);
  const bomb = [..."ABCDEFGHI"].map((refId, i, all) => ({
    refId,
    target: i === 0 ? "a.b.c" : `f(${`#${all[i - 1]},`.repeat(10)})`,
    hide: i < 8,
  }));
  t.deepEqual(importFile("x.json", panel(bomb))[0]?.dashboard.graphs, []);
});
