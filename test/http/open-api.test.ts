import test from "ava";
import { server } from "./small-server.ts";

interface Document {
  paths: Record<
    string,
    Record<
      string,
      {
        summary: string;
        requestBody?: unknown;
        parameters?: { in: string; name: string }[];
        responses: object;
        "x-role": string;
      }
    >
  >;
}

test("/openapi.json describes every route", async (t) => {
  const { app } = await server();
  const { paths } = JSON.parse((await app.inject({ url: "/openapi.json" })).body) as Document;
  for (const path of [
    "/render",
    "/metrics/find",
    "/metrics/expand",
    "/functions/{name}",
    "/health",
  ]) {
    t.true(paths[path]?.get?.summary !== undefined, path);
  }
  t.true(paths["/render"]?.post?.requestBody !== undefined);
  for (const [path, operations] of Object.entries(paths)) {
    const named = [...path.matchAll(/\{([^}]+)\}/g)].map(([, name]) => name!).sort();
    for (const [method, { summary, parameters = [], responses, ...rest }] of Object.entries(
      operations,
    )) {
      t.regex(summary, /^\S.+/, path);
      t.regex(rest["x-role"], /^(open|read|write|admin)$/, path);
      t.true(Object.keys(responses).length > 0, path);
      const inPath = parameters.filter((one) => one.in === "path").map(({ name }) => name);
      t.deepEqual(inPath.sort(), named, `${method} ${path}`);
    }
  }
});

test("/openapi is a page that loads nothing and runs nothing", async (t) => {
  const { app } = await server({ prefix: "/graphite" });
  const { body, headers } = await app.inject({ url: "/graphite/openapi" });
  t.regex(String(headers["content-security-policy"]), /^default-src 'none'; style-src 'sha256-/);
  t.notRegex(body, /<script|https?:\/\/|src=|url\(/);
  for (const text of [
    "/metrics/find",
    "maxDataPoints",
    "/dashboard/save/{name}",
    "GET, POST /render",
  ]) {
    t.true(body.includes(text), text);
  }
});
