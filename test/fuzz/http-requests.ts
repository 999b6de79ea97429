import { gzipSync } from "node:zlib";
import type { Chance } from "./chance.ts";

/** A request that a stranger might send. */
export interface OddRequest {
  method: string;
  path: string;
  headers: Record<string, string>;
  body: Buffer | null;
}

interface Operation {
  parameters?: { name: string; in: string; schema?: { enum?: unknown[] } }[];
}

/** The parts of /openapi.json that requests are made of. */
export interface Routes {
  paths: Record<string, Record<string, Operation>>;
}

const METHODS = ["GET", "GET", "POST", "POST", "HEAD", "PUT", "DELETE", "PATCH", "OPTIONS"];

const VALUES: readonly string[] = [
  ..."0|1|-1|undefined|null|true|NaN|Infinity|1e308|9".split("|"),
  "9".repeat(400),
  "-5min",
  "now",
  "noon yesterday",
  "20231101",
  "1700000000",
  "99999999999999",
  "fuzz.*.load",
  "fuzz.a.load",
  "*",
  "**",
  "fuzz.{a,b}.[lx]oad",
  "{".repeat(200),
  "a.".repeat(3000),
  "sumSeries(fuzz.*.load)",
  "movingAverage(fuzz.a.load,'5min')",
  'seriesByTag("name=~.*")',
  'seriesByTag("name=~(a+)+$")',
  "aliasSub(fuzz.a.load,'(x+x+)+y','\\1')",
  "holtWintersForecast(fuzz.a.load)",
  "timeShift(fuzz.a.load,'-1000y')",
  "smartSummarize(fuzz.*.load,'1s','sum')",
  "absolute(".repeat(300),
  "constantLine(1e999)",
  "events('*')",
  "name=fuzz",
  "name=~[",
  "a!=~(?!x)",
  "__proto__",
  "constructor",
  "toString",
  "json",
  "pickle",
  "msgpack",
  "csv",
  "raw",
  "svg",
  "png",
  "carbonapi_v3_pb",
  "treejson",
  "alert(1)",
  "a.b",
  "../../../../etc/passwd",
  "..%2f..%2fetc%2fpasswd",
  "<script>alert(1)</script>",
  "'; drop table x; --",
  "ä€😀",
  "\u0000",
  "\uFEFF",
  "%",
  "%zz",
  "%00",
  "%c3%28",
  "a b\tc\r\nx: y",
  "",
];

const HEADERS: readonly [name: string, value: string][] = [
  ["accept", "application/json"],
  ["accept", "x/y;q=zzz,,,"],
  ["accept-encoding", "gzip"],
  ["accept-encoding", "br;q=1, gzip;q=0.5, *;q=0"],
  ["authorization", "Basic !!!"],
  ["authorization", "Bearer x"],
  ["authorization", `Basic ${"A".repeat(5000)}`],
  ["cookie", "a=b; ".repeat(500)],
  ["expect", "100-continue"],
  ["if-none-match", "*"],
  ["if-none-match", 'W/"x", "y"'],
  ["if-modified-since", "yesterday"],
  ["origin", "https://evil.example"],
  ["origin", "null"],
  ["range", "bytes=0-1,5-"],
  ["referer", "::::"],
  ["sec-fetch-site", "cross-site"],
  ["access-control-request-method", "POST"],
  ["x-forwarded-for", "1.2.3.4, ::1, bogus"],
  ["x-forwarded-host", "evil.example"],
  ["x-grafana-org-id", "<b>"],
  ["x-http-method-override", "DELETE"],
  ["x-request-id", "a".repeat(500)],
  ["content-encoding", "gzip"],
  ["content-language", "x"],
];

const TYPES: readonly string[] = [
  "application/x-www-form-urlencoded",
  "application/x-www-form-urlencoded; charset=utf-16",
  "application/json",
  "application/json; charset=latin1",
  "application/x-protobuf",
  "multipart/form-data; boundary=x",
  "text/plain",
  "a",
  ";;;",
];

/** A request for one of the routes, or for nothing that there is. */
export function oddRequest(chance: Chance, routes: Routes): OddRequest {
  const path = chance.pick(Object.keys(routes.paths));
  const operations = routes.paths[path]!;
  const isFitting = chance.happens(0.7);
  const method = isFitting
    ? chance.pick(Object.keys(operations)).toUpperCase()
    : chance.pick(METHODS);
  const parameters = Object.values(operations).flatMap((operation) => operation.parameters ?? []);
  const pairs = pairsOf(chance, parameters);
  const headers: Record<string, string> = {};
  for (let n = chance.integer(0, 3); n > 0; n--) {
    const [name, value] = chance.pick(HEADERS);
    headers[name] = value;
  }
  const isInUrl = method === "GET" || method === "HEAD" || chance.happens(0.3);
  const query = isInUrl && pairs.length > 0 ? `?${formOf(chance, pairs)}` : "";
  const body = isInUrl && chance.happens(0.8) ? null : bodyOf(chance, pairs, headers);
  return { method, path: pathOf(chance, path) + query.slice(0, 60_000), headers, body };
}

function pathOf(chance: Chance, template: string): string {
  if (chance.happens(0.05)) return `/${encoded(chance, chance.pick(VALUES))}`;
  const path = template.replace(/\{[^}]*\}/g, () => encoded(chance, chance.pick(VALUES)));
  return path + chance.pick(["", "", "", "/", "//", "/x", ";a=b", "%2e%2e"]);
}

function pairsOf(
  chance: Chance,
  parameters: NonNullable<Operation["parameters"]>,
): [string, string][] {
  const pairs: [string, string][] = [];
  for (let n = chance.integer(0, 6); n > 0; n--) {
    const known = parameters.length > 0 && chance.happens(0.85) ? chance.pick(parameters) : null;
    const name =
      known?.name ?? chance.pick(["target", "target[]", "expr[]", "template[x]", "x", ""]);
    const choices = known?.schema?.enum;
    const value =
      choices !== undefined && chance.happens(0.6)
        ? String(chance.pick(choices))
        : chance.pick(VALUES);
    pairs.push([name, value]);
  }
  return pairs;
}

function formOf(chance: Chance, pairs: readonly [string, string][]): string {
  return pairs
    .map(([name, value]) => `${encodeURIComponent(name)}=${encoded(chance, value)}`)
    .join(chance.happens(0.9) ? "&" : "&&");
}

/** Mostly as it should be; raw characters only as far as a request line can carry them. */
function encoded(chance: Chance, value: string): string {
  return chance.happens(0.8) ? encodeURIComponent(value) : value.replace(/[^\x21-\x7e]/g, "");
}

function bodyOf(
  chance: Chance,
  pairs: readonly [string, string][],
  headers: Record<string, string>,
): Buffer {
  if (chance.happens(0.9)) headers["content-type"] = chance.pick(TYPES);
  switch (chance.integer(0, 8)) {
    case 0:
      return Buffer.from(JSON.stringify(Object.fromEntries(pairs)));
    case 1:
      return Buffer.from(jsonOf(chance, 4));
    case 2:
      return Buffer.from("[".repeat(20_000));
    case 3:
      return Buffer.from(Array.from({ length: 300 }, () => chance.integer(0, 255)));
    case 4:
      return gzipSync(formOf(chance, pairs));
    case 5:
      return Buffer.from('{"__proto__":{"x":1},"constructor":{"prototype":{}}}');
    default:
      return Buffer.from(formOf(chance, pairs));
  }
}

function jsonOf(chance: Chance, depth: number): string {
  if (depth === 0) return JSON.stringify(chance.pick(VALUES));
  const names = ["what", "tags", "when", "data", "state", "name", "metrics", "x"];
  const field = (): string => `${JSON.stringify(chance.pick(names))}:${jsonOf(chance, depth - 1)}`;
  switch (chance.integer(0, 4)) {
    case 0:
      return `[${jsonOf(chance, depth - 1)},${jsonOf(chance, 0)}]`;
    case 1:
      return chance.pick(["1e400", "-0", "null", "true", "1.5", "12345678901234567890"]);
    default:
      return `{${field()},${field()}}`;
  }
}
