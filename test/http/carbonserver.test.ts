import { connect } from "node:net";
import { gunzipSync } from "node:zlib";
import test, { type ExecutionContext } from "ava";
import fc from "fast-check";
import { decode, encode, type Message } from "../protobuf.ts";
import { V2, V3 } from "./carbonapi-messages.ts";
import { server } from "./small-server.ts";

const { app, store, time } = await server();
await app.listen({ host: "127.0.0.1", port: 0 });
const { port } = app.server.address() as { port: number };
test.after.always(() => app.close());

/** A series with a gap, and one with tags. */
{
  const plan = store.writer.planNumber({
    mode: 0,
    tiers: [
      { step: 10, retention: 864_000, lambda: 0 },
      { step: 60, retention: 8_640_000, lambda: 0 },
    ],
  });
  const gaps = store.writer.createSeries("gap.s", plan);
  for (const i of [0, 2, 3]) store.writer.point(gaps, time + i * 10, i * 1.25, 0, -1);
  const tagged = store.writer.createSeries("disk;dc=a;host=h1", plan);
  store.writer.point(tagged, time, 7, 0, -1);
  const odd = store.writer.createSeries("odd.(x),{y", plan);
  store.writer.point(odd, time, 8, 0, -1);
}

interface Answer {
  status: number;
  headers: Record<string, string>;
  body: Buffer;
}

/** Sends bytes, in pieces, and reads one answer, whose connection stays open. */
function exchange(pieces: readonly Buffer[]): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1");
    let received = Buffer.alloc(0);
    socket.on("data", (chunk) => {
      received = Buffer.concat([received, chunk]);
      const end = received.indexOf("\r\n\r\n");
      if (end < 0) return;
      const [first = "", ...lines] = received.subarray(0, end).toString().split("\r\n");
      const headers = Object.fromEntries(
        lines.map((line) => [
          line.slice(0, line.indexOf(":")).toLowerCase(),
          line.slice(line.indexOf(":") + 2),
        ]),
      );
      const body = received.subarray(end + 4);
      if (body.length < Number(headers["content-length"])) return;
      socket.destroy();
      const isGzip = headers["content-encoding"] === "gzip";
      const status = Number(first.split(" ")[1]);
      resolve({ status, headers, body: isGzip ? gunzipSync(body) : body });
    });
    socket.on("error", reject);
    socket.on("close", () => reject(new Error("closed")));
    for (const piece of pieces) socket.write(piece);
  });
}

/** What carbonapi writes: a GET, with a body where the protocol has one. */
function carbonapi(path: string, accept: string, body?: Buffer): Promise<Answer> {
  const head = [
    `GET ${path} HTTP/1.1`,
    `Host: 127.0.0.1:${port}`,
    "User-Agent: Go-http-client/1.1",
    ...(body === undefined ? [] : [`Content-Length: ${body.length}`]),
    `Accept: ${accept}`,
    `X-Ctx-Carbonapi-Uuid: ${CARBONAPI_ID}`,
    "Accept-Encoding: gzip",
    "",
    "",
  ].join("\r\n");
  return exchange([Buffer.from(head), ...(body === undefined ? [] : [body])]);
}

const CARBONAPI_ID = "5a2ab1a4-4b7c-4d0e-9d07-3b0d8e6f7c11";
const V3_TYPE = "application/x-carbonapi-v3-pb";
const V2_TYPE = "application/x-protobuf";

type Row = Record<string, unknown>;

function rows(answer: Answer, message: Message): Row[] {
  return decode(answer.body, message).metrics as Row[];
}

function v3Render(t: ExecutionContext, metrics: readonly Row[]): Promise<Row[]> {
  return carbonapi(
    "/render/?format=carbonapi_v3_pb",
    V3_TYPE,
    encode({ metrics }, V3.multiFetchRequest),
  ).then((answer) => {
    t.is(answer.status, 200, answer.body.toString());
    t.is(answer.headers["content-type"], V3_TYPE);
    t.is(answer.headers["content-encoding"], undefined);
    t.is(answer.headers["x-request-id"], CARBONAPI_ID);
    return rows(answer, V3.multiFetchResponse);
  });
}

test("a v3 render is answered with raw data under the request's path expression", async (t) => {
  const range = { startTime: time - 10, stopTime: time + 30, maxDataPoints: 1 };
  const found = await v3Render(t, [{ name: "web.*.load", pathExpression: "web.*.load", ...range }]);
  t.deepEqual(
    found.map(({ name, pathExpression, values }) => [name, pathExpression, values]),
    [
      ["web.a.load", "web.*.load", [0.5, 1.5, 2.5, 3.5]],
      ["web.b.load", "web.*.load", [0.5, 1.5, 2.5, 3.5]],
    ],
  );
  t.like(found[0], {
    startTime: time,
    stopTime: time + 40,
    stepTime: 10,
    consolidationFunc: "Average",
    xFilesFactor: 0.5,
    highPrecisionTimestamps: false,
    appliedFunctions: [],
    requestStartTime: time - 10,
    requestStopTime: time + 30,
  });
});

test("each entry of a v3 render has its own range, and names stand for their path expression", async (t) => {
  const found = await v3Render(t, [
    { name: "web.a", pathExpression: "web.*", startTime: time - 10, stopTime: time },
    { name: "web.a", pathExpression: "web.*", startTime: time, stopTime: time + 25 },
    { name: "web.a.load", startTime: time, stopTime: time + 10 },
  ]);
  t.deepEqual(
    found.map(({ pathExpression, startTime, values }) => [pathExpression, startTime, values]),
    [
      ["web.*", time, [0.5]],
      ["web.*", time + 10, [1.5, 2.5]],
      ["web.a.load", time + 10, [1.5]],
    ],
  );
});

test("a gap is NaN in v3, and 0 and absent in v2", async (t) => {
  const range = { startTime: time - 10, stopTime: time + 30 };
  const [v3] = await v3Render(t, [{ name: "gap.s", ...range }]);
  t.deepEqual(v3!.values, [0, Number.NaN, 2.5, 3.75]);
  const url = `/render/?format=protobuf&from=${time - 10}&until=${time + 30}&target=gap.s&target=web.a`;
  const answer = await carbonapi(url, V2_TYPE);
  t.is(answer.headers["content-type"], V2_TYPE);
  t.deepEqual(rows(answer, V2.multiFetchResponse), [
    {
      name: "gap.s",
      startTime: time,
      stopTime: time + 40,
      stepTime: 10,
      values: [0, 0, 2.5, 3.75],
      isAbsent: [false, true, false, false],
    },
    {
      name: "web.a",
      startTime: time,
      stopTime: time + 40,
      stepTime: 10,
      values: [0.5, 1.5, 2.5, 3.5],
      isAbsent: [false, false, false, false],
    },
  ]);
});

test("names with tags, tag expressions and names that are no targets are answered", async (t) => {
  const range = { startTime: time - 10, stopTime: time };
  const names = ["disk;dc=a;host=h1", "seriesByTag('dc=a')", "odd.(x),{y", "web.a.(load"];
  const found = await v3Render(
    t,
    names.map((name) => ({ name, pathExpression: name, ...range })),
  );
  t.deepEqual(
    found.map(({ name, pathExpression }) => [name, pathExpression]),
    [
      ["disk;dc=a;host=h1", "disk;dc=a;host=h1"],
      ["disk;dc=a;host=h1", "seriesByTag('dc=a')"],
      ["odd.(x),{y", "odd.(x),{y"],
    ],
  );
});

test("the Accept header alone selects v3", async (t) => {
  const body = encode({ metrics: ["web.*"] }, V3.multiGlobRequest);
  const answer = await carbonapi("/metrics/find/", V3_TYPE, body);
  t.is(answer.headers["content-type"], V3_TYPE);
  t.is(rows(answer, V3.multiGlobResponse).length, 1);
});

test("a find tells leaves from branches, and a name that is both comes twice", async (t) => {
  const body = encode(
    { metrics: ["web.*", "none.*", "gap"], startTime: time, stopTime: time + 60 },
    V3.multiGlobRequest,
  );
  const v3 = await carbonapi("/metrics/find/?format=carbonapi_v3_pb", V3_TYPE, body);
  const web = [
    { path: "web.a", isLeaf: false },
    { path: "web.a", isLeaf: true },
    { path: "web.b", isLeaf: false },
  ];
  t.deepEqual(rows(v3, V3.multiGlobResponse), [
    { name: "web.*", matches: web },
    { name: "none.*", matches: [] },
    { name: "gap", matches: [{ path: "gap", isLeaf: false }] },
  ]);
  const v2 = await carbonapi("/metrics/find/?format=protobuf&query=web.%2A", V2_TYPE);
  t.deepEqual(decode(v2.body, V2.globResponse), { name: "web.*", matches: web });
});

test("what is not there is 404, which carbonapi takes for nothing", async (t) => {
  const glob = encode({ metrics: ["none.*"] }, V3.multiGlobRequest);
  const fetch = encode(
    { metrics: [{ name: "none", startTime: time, stopTime: time + 10 }] },
    V3.multiFetchRequest,
  );
  const answers = [
    await carbonapi("/metrics/find/?format=carbonapi_v3_pb", V3_TYPE, glob),
    await carbonapi("/metrics/find/?format=protobuf&query=none", V2_TYPE),
    await carbonapi("/render/?format=carbonapi_v3_pb", V3_TYPE, fetch),
    await carbonapi(`/render/?format=protobuf&from=${time}&until=${time + 9}&target=none`, V2_TYPE),
    await carbonapi("/info/?format=protobuf&target=none", V2_TYPE),
    await carbonapi("/info/?target=none", "*/*"),
  ];
  t.deepEqual(
    answers.map(({ status }) => status),
    [404, 404, 404, 404, 404, 404],
  );
});

test("info says how a series is kept, in all three protocols", async (t) => {
  const body = encode({ metrics: ["gap.s", "web.a"] }, V3.multiGlobRequest);
  const v3 = await carbonapi("/info/?format=carbonapi_v3_pb", V3_TYPE, body);
  const gap = {
    name: "gap.s",
    maxRetention: 8_640_000,
    xFilesFactor: 0.5,
    retentions: [
      { secondsPerPoint: 10, numberOfPoints: 86_400 },
      { secondsPerPoint: 60, numberOfPoints: 144_000 },
    ],
  };
  const infos = rows(v3, V3.multiInfoResponse);
  t.deepEqual(infos[0], { ...gap, consolidationFunc: "Average" });
  t.is(infos[1]!.name, "web.a");
  const v2 = await carbonapi("/info/?format=protobuf&target=gap.s", V2_TYPE);
  t.deepEqual(decode(v2.body, V2.infoResponse), { ...gap, aggregationMethod: "Average" });
  const json = await carbonapi("/info/?target=gap.s", "*/*");
  t.deepEqual(JSON.parse(json.body.toString()), {
    metrics: [
      {
        name: "gap.s",
        consolidationFunc: "Average",
        maxRetention: "8640000",
        xFilesFactor: 0.5,
        retentions: [
          { secondsPerPoint: "10", numberOfPoints: "86400" },
          { secondsPerPoint: "60", numberOfPoints: "144000" },
        ],
      },
    ],
  });
});

test("list has all names, details the room on the disk, capabilities the protocols", async (t) => {
  const names = ["disk;dc=a;host=h1", "gap.s", "odd.(x),{y", "odd.ca^ret"];
  const list = await carbonapi("/metrics/list/?format=protobuf", V2_TYPE);
  t.deepEqual((decode(list.body, V3.listResponse).Metrics as string[]).slice(0, 4), names);
  const json = await carbonapi("/metrics/list/", "*/*");
  t.deepEqual(JSON.parse(json.body.toString()).Metrics.slice(0, 4), names);
  const details = await carbonapi("/metrics/details/?format=carbonapi_v3_pb", V3_TYPE);
  t.deepEqual(decode(details.body, V3.detailsResponse), { FreeSpace: 1e9, TotalSpace: 3e12 });
  const text = await carbonapi("/metrics/details/?format=json", "*/*");
  const room = { FreeSpace: 1e9, TotalSpace: 3e12, Metrics: null };
  t.deepEqual(JSON.parse(text.body.toString()), room);
  const capabilities = await carbonapi(
    "/_internal/capabilities/?format=carbonapi_v3_pb",
    V3_TYPE,
    Buffer.alloc(0),
  );
  t.like(decode(capabilities.body, V3.capabilityResponse), {
    supportedProtocols: [
      "carbonapi_v3_pb",
      "carbonapi_v2_pb",
      "graphite-web-pickle",
      "graphite-web-pickle-1.1",
    ],
    likeSplittedRequests: false,
  });
});

test("a body of many segments is read to its end, and the connection serves on", async (t) => {
  const metrics = Array.from({ length: 5000 }, (_, i) => ({
    name: i % 2 === 0 ? "web.a" : `a.long.name.that.is.not.there.${"x".repeat(100)}${i}`,
    startTime: time - 10,
    stopTime: time,
  }));
  const body = encode({ metrics }, V3.multiFetchRequest);
  t.true(body.length > 400_000);
  const head = Buffer.from(
    `GET /render/?format=carbonapi_v3_pb HTTP/1.1\r\nHost: a\r\nContent-Length: ${body.length}\r\n\r\n`,
  );
  const pieces: Buffer[] = [head];
  for (let at = 0; at < body.length; at += 1400) pieces.push(body.subarray(at, at + 1400));
  const answer = await exchange(pieces);
  t.is(rows(answer, V3.multiFetchResponse).length, 2500);
  t.not(answer.headers.connection, "close");
});

test("a body may come with POST", async (t) => {
  const body = encode({ metrics: ["gap.*"] }, V3.multiGlobRequest);
  for (const type of [V3_TYPE, "application/octet-stream"]) {
    const answer = await app.inject({
      method: "POST",
      url: "/metrics/find/?format=carbonapi_v3_pb",
      payload: body,
      headers: { "content-type": type },
    });
    t.is(answer.statusCode, 200, type);
    const [found] = decode(answer.rawPayload, V3.multiGlobResponse).metrics as Row[];
    t.deepEqual(found!.matches, [{ path: "gap.s", isLeaf: true }]);
  }
});

test("requests that say nothing, or nonsense, are 400", async (t) => {
  const range = encode(
    { metrics: [{ name: "web.a", startTime: time, stopTime: time }] },
    V3.multiFetchRequest,
  );
  const tags = encode(
    { metrics: [{ name: "seriesByTag('x')", startTime: time, stopTime: time + 9 }] },
    V3.multiFetchRequest,
  );
  const many = Buffer.alloc(400_000, Buffer.from([0x0a, 0x00]));
  const answers = [
    await carbonapi("/render/?format=carbonapi_v3_pb", V3_TYPE),
    await carbonapi("/render/?format=carbonapi_v3_pb", V3_TYPE, Buffer.from("target=a")),
    await carbonapi("/render/?format=carbonapi_v3_pb", V3_TYPE, range),
    await carbonapi("/render/?format=carbonapi_v3_pb", V3_TYPE, tags),
    await carbonapi("/metrics/find/?format=carbonapi_v3_pb", V3_TYPE, many),
    await carbonapi("/metrics/find/?format=protobuf", V2_TYPE),
    await carbonapi("/render/?format=protobuf&from=1&until=xyz&target=a", V2_TYPE),
    await carbonapi("/info/?format=pickle&target=a", "*/*"),
    await carbonapi("/metrics/list/?format=xml", "*/*"),
  ];
  t.deepEqual(
    answers.map(({ status }) => status),
    answers.map(() => 400),
  );
});

test("no body makes a server error", async (t) => {
  const pieces = fc.tuple(fc.uint8Array({ maxLength: 100 }), fc.nat(60));
  const check = fc.asyncProperty(fc.boolean(), pieces, async (isDamaged, [bytes, at]) => {
    const body = isDamaged ? damaged(bytes, at) : bytes;
    const urls = ["/render", "/metrics/find", "/info"];
    const answers = await Promise.all(urls.map((url) => post(url, body)));
    return answers.every((status) => status < 500);
  });
  const result = await fc.check(check, { numRuns: 300 });
  t.false(result.failed, result.failed ? fc.defaultReportMessage(result) : undefined);
});

function damaged(bytes: Uint8Array, at: number): Buffer {
  const good = encode(
    { metrics: [{ name: "web.*", startTime: time - 10, stopTime: time, pathExpression: "web.*" }] },
    V3.multiFetchRequest,
  );
  return Buffer.concat([good.subarray(0, at), bytes, good.subarray(at)]);
}

async function post(url: string, payload: Uint8Array): Promise<number> {
  const answer = await app.inject({
    method: "POST",
    url: `${url}?format=carbonapi_v3_pb`,
    payload: Buffer.from(payload),
    headers: { "content-type": V3_TYPE },
  });
  return answer.statusCode;
}
