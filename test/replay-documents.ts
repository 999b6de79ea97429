/**
 * Asks a real Graphite and a statite the same about events, dashboards, short links and names, and
 * tells where they answer otherwise. Needs Debian's packages graphite-web and python3-whisper.
 *
 *     node dist/test/replay-documents.js
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { GraphiteWeb } from "./fuzz/graphite-web.ts";
import { TestServer, temporaryFolder } from "./server.ts";

type Question = [method: "GET" | "POST", path: string, body?: string];

const NAMES = [
  "servers.web01.cpu.user",
  "servers.web01.cpu.system",
  "servers.web02.cpu.user",
  "Business.Sales",
  ...Array.from({ length: 60 }, (_, i) => `many.m${i}`),
];

const event = (content: object): Question => ["POST", "/events/", JSON.stringify(content)];
const get = (start: string, ...ends: string[]): Question[] =>
  ends.map((end) => ["GET", start + end]);
const state = (json: string): string => `state=${encodeURIComponent(json)}`;

const QUESTIONS: Question[] = [
  event({ what: "a", tags: ["x", "y"], when: 1_700_000_000, data: "d" }),
  event({ what: "b", tags: "x z", when: 1_700_000_001 }),
  event({ what: 7, when: 1_700_000_003, tags: ["q q", "a,b"] }),
  event({ what: "comma", tags: "p,r s", when: 1_700_000_004 }),
  event({ what: "twice", tags: ["x", "x", "X"], when: 1_700_000_005 }),
  event({ what: "wrong", tags: 5 }),
  ...get("/events/get_data", "", "?jsonp=cb&tags=z", "?from=1700000001&until=1700000003"),
  ...get("/events/get_data?until=", "1700000001", "20231115&from=20231114"),
  ...get("/events/get_data?tags=", "", "x", "x+z", "X", "x&set=foo", "x&tags=y", "x,y", "*"),
  ...get("/events/get_data?tags=", "x+nosuch", "nosuch&set=union", "y+z&set=union"),
  ...get("/events/get_data?tags=", "y+z&set=intersection", "x+nosuch&set=intersection"),
  ...get("/events/", "1", "99"),
  ["POST", "/dashboard/save/one", state('{"name": "one", "x": 1}')],
  ["POST", "/dashboard/save/a%26b", "state={}"],
  ["POST", "/dashboard/save/sp%20ace", "state={}"],
  ...get("/dashboard/load/", "one", "none", "none/x"),
  ...get("/dashboard/find?query=", "", "on", "ONE", "e+o"),
  ["POST", "/dashboard/create-temporary", state('{"a": 1}')],
  ["POST", "/dashboard/create-temporary/", "state={}"],
  ...get("/dashboard/", "load/temporary-0", "find/?query=temp", "load_template/none/x"),
  ...get("/dashboard/", "find_template?query=t", "delete_template/tt", "delete/one", "delete/one"),
  ["POST", "/dashboard/delete/sp%20ace", ""],
  ...get("/dashboard/find?query=", ""),
  ...["web01", "web01 user", "WEB01", "w.b0", "sales", "servers.*.cpu", "nosuch", "many"].map(
    (query): Question => ["POST", "/browser/search", `query=${encodeURIComponent(query)}`],
  ),
  ...get("/s/", "render?target=a&target=b%20c&from=-1h", "composer/?x=1", "composer/?x=1"),
  ...get("/s/", ...Array.from({ length: 62 }, (_, i) => `render?n=${i}`)),
  ...get("/S/", "B", "C", "z", "BA", "ZZ", "$"),
];

async function answerOf(base: string, [method, path, body]: Question): Promise<string> {
  const response = await fetch(base + path, {
    method,
    redirect: "manual",
    headers: {
      accept: "application/json",
      ...(body === undefined ? {} : { "content-type": "application/x-www-form-urlencoded" }),
    },
    ...(body === undefined ? {} : { body }),
  });
  const text = await response.text();
  const location = response.headers.get("location")?.replace(base, "") ?? "";
  if (response.status !== 200) return `${response.status} ${location}`;
  const type = response.headers.get("content-type")?.split(";")[0];
  return `${type} ${path === "/browser/search" ? text.split(",").sort().join() : plain(text)}`;
}

/** Blanks in JSON do not count. */
function plain(text: string): string {
  return text.replace(/("(?:[^"\\]|\\.)*")|\s+/g, (_found, string?: string) => string ?? "");
}

const folder = temporaryFolder();
const graphiteFolder = join(folder.path, "graphite");
mkdirSync(graphiteFolder);
writeFileSync(join(graphiteFolder, "index"), `${NAMES.join("\n")}\n`);
const graphite = await GraphiteWeb.start(graphiteFolder);
const statite = await TestServer.start(join(folder.path, "statite"));
const now = Math.floor(Date.now() / 1000);
await statite.send("carbon", NAMES.map((name) => `${name} 1 ${now}\n`).join(""));
const counts = { same: 0, different: 0 };
try {
  for (const question of QUESTIONS) {
    const theirs = await answerOf(graphite.url(""), question);
    const ours = await answerOf(statite.url(""), question);
    if (theirs === ours) counts.same++;
    else {
      counts.different++;
      console.log(`${question.join(" ")}\n  graphite ${theirs}\n  statite  ${ours}`);
    }
  }
} finally {
  await graphite.stop();
  await statite.stop();
  folder.remove();
}
console.log(JSON.stringify(counts));
process.exitCode = counts.different === 0 ? 0 : 1;
