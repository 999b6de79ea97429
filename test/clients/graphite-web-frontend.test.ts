import { existsSync, mkdirSync } from "node:fs";
import test from "ava";
import { GraphiteWeb } from "../fuzz/graphite-web.ts";
import { eventually, TestServer, temporaryFolder } from "../server.ts";

/** A real graphite-web whose CLUSTER_SERVERS are two statites, and nothing else. */
const PACKAGE = "/usr/lib/python3/dist-packages/graphite";
const folder = temporaryFolder();
const now = Math.floor(Date.now() / 10_000) * 10;
/** The series begin five minutes before now; functions that look further back find data there. */
const first = now - 300;
const from = first + 100;

let nodes: TestServer[] = [];
let web: GraphiteWeb | null = null;

test.before(async () => {
  if (!existsSync(PACKAGE)) return;
  nodes = await Promise.all(["a", "b"].map((name) => TestServer.start(`${folder.path}/${name}`)));
  mkdirSync(`${folder.path}/graphite`);
  const servers = nodes.map(({ listen }, i) => `${listen.http}${i === 0 ? "" : "?format=msgpack"}`);
  [web] = await Promise.all([
    GraphiteWeb.start(`${folder.path}/graphite`, servers),
    load(nodes[0]!, "a"),
    load(nodes[1]!, "b"),
  ]);
});

test.after.always(async () => {
  await web?.stop();
  TestServer.killAll();
  folder.remove();
});

/** Thirty points of ten seconds: one series with a gap, one that is leaf and branch, one with tags. */
async function load(node: TestServer, name: string): Promise<void> {
  const lines: string[] = [];
  for (let i = 0; i < 30; i++) {
    const time = first + 10 + i * 10;
    lines.push(`cluster.${name}.one ${i + 0.25} ${time}`, `cluster.shared ${i} ${time}`);
    if (i % 3 !== 0) lines.push(`cluster.${name}.gap ${i * 2} ${time}`);
    lines.push(
      `cluster.${name}.one.below ${-i} ${time}`,
      `disk.used;dc=${name};host=h1 ${i} ${time}`,
    );
    lines.push(`odd.${name}.(paren) ${i} ${time}`);
  }
  await node.send("carbon", `${lines.join("\n")}\n`);
  await eventually(async () =>
    (await node.values(`odd.${name}.*`, now - 10, now)).size > 0 ? true : undefined,
  );
}

interface Series {
  target: string;
  datapoints: [number | null, number][];
}

function query(targets: readonly string[]): string {
  const params = new URLSearchParams({ format: "json", from: `${from}`, until: `${now}` });
  for (const target of targets) params.append("target", target);
  params.append("noCache", "1");
  return `/render?${params}`;
}

async function jsonOf<T>(url: string): Promise<T> {
  const answer = await fetch(url);
  const text = await answer.text();
  if (answer.status !== 200) throw new Error(`${url}: ${answer.status} ${text.slice(0, 500)}`);
  return JSON.parse(text) as T;
}

const shown = (list: readonly Series[]): [string, Series["datapoints"]][] =>
  list.map(({ target, datapoints }) => [target, datapoints]);

for (const method of ["GET", "POST"]) {
  test.serial(`a frontend that sends ${method} renders what its members hold`, async (t) => {
    if (web === null) {
      t.log("skipped: Debian's graphite-web is not there");
      t.false(existsSync(PACKAGE));
      return;
    }
    await web.set("REMOTE_STORE_USE_POST", method === "POST");
    // What one member has alone is answered through the frontend as it is by the member itself.
    for (const [i, name] of ["a", "b"].entries()) {
      for (const targets of [
        [`cluster.${name}.one`],
        [`cluster.${name}.gap`],
        [`cluster.${name}.*`, `disk.used;dc=${name};host=h1`],
        [`sumSeries(cluster.${name}.{one,gap})`, `scale(cluster.${name}.one.*,2)`],
        [`derivative(cluster.${name}.gap)`, `averageSeries(cluster.${name}.*)`],
        [`seriesByTag('dc=${name}')`, `summarize(cluster.${name}.one,'1min','max')`],
        [`timeShift(cluster.${name}.gap,'1min')`],
        [`odd.${name}.*`],
        ["cluster.none"],
      ]) {
        const throughFrontend = shown(await jsonOf(web.url(query(targets))));
        const own = shown(await jsonOf(nodes[i]!.url(query(targets))));
        t.deepEqual(throughFrontend, own, targets.join(" "));
      }
    }
    const gap = (await jsonOf<Series[]>(web.url(query(["cluster.a.gap"]))))[0]!;
    t.deepEqual(
      gap.datapoints.slice(0, 3).map(([value]) => value),
      [20, 22, null],
    );
  });

  test.serial(`a glob over two members, with ${method}`, async (t) => {
    if (web === null) return t.false(existsSync(PACKAGE));
    await web.set("REMOTE_STORE_USE_POST", method === "POST");
    const both = await jsonOf<Series[]>(
      web.url(query(["cluster.*.one", "sumSeries(cluster.*.one)"])),
    );
    t.deepEqual(
      both.map(({ target, datapoints }) => [target, datapoints.length, datapoints[5]![0]]),
      [
        ["cluster.a.one", 20, 15.25],
        ["cluster.b.one", 20, 15.25],
        ["sumSeries(cluster.*.one)", 20, 30.5],
      ],
    );
    const tagged = await jsonOf<Series[]>(web.url(query(["seriesByTag('name=disk.used')"])));
    t.deepEqual(
      tagged.map(({ target }) => target),
      ["disk.used;dc=a;host=h1", "disk.used;dc=b;host=h1"],
    );
  });
}

test.serial("a frontend finds what its members hold", async (t) => {
  if (web === null) return t.false(existsSync(PACKAGE));
  const find = (pattern: string, more = ""): Promise<Record<string, unknown>[]> =>
    jsonOf(web!.url(`/metrics/find?query=${encodeURIComponent(pattern)}${more}`));
  const top = await find("cluster.*");
  t.deepEqual(
    top.map(({ text, leaf }) => [text, leaf]),
    [
      ["a", 0],
      ["b", 0],
      ["shared", 1],
    ],
  );
  const paths = (await find("cluster.a.*", "&format=json")).map(({ path, is_leaf }) => [
    path,
    is_leaf,
  ]);
  t.deepEqual(paths.map(String).sort(), [
    "cluster.a.gap,true",
    "cluster.a.one,false",
    "cluster.a.one,true",
  ]);
  const expand = await jsonOf<{ results: string[] }>(
    web.url("/metrics/expand?query=cluster.*.one&leavesOnly=1"),
  );
  t.deepEqual(expand.results, ["cluster.a.one", "cluster.b.one"]);
  const index = await jsonOf<string[]>(web.url("/metrics/index.json?cluster=1"));
  t.true(index.includes("cluster.a.one.below") && index.includes("cluster.b.gap"));
});

test.serial("a frontend completes the tags of its members", async (t) => {
  if (web === null) return t.false(existsSync(PACKAGE));
  t.deepEqual(await jsonOf(web.url("/tags/autoComplete/tags?tagPrefix=d")), ["dc"]);
  t.deepEqual(await jsonOf(web.url("/tags/autoComplete/tags?expr=dc%3Da")), ["host", "name"]);
  t.deepEqual(await jsonOf(web.url("/tags/autoComplete/values?tag=dc")), ["a", "b"]);
  const ofHost = "/tags/autoComplete/values?tag=dc&expr=host%3Dh1&valuePrefix=b";
  t.deepEqual(await jsonOf(web.url(ofHost)), ["b"]);
});
