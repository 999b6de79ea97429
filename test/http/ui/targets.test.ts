import test from "ava";
import fc from "fast-check";
import { type TargetNode, targetTree } from "../../../src/render/ui/target-tree.ts";
import { property } from "../../property.ts";
import { uiSite } from "./ui-site.ts";

function texts(source: string, node: TargetNode | null): string[] {
  if (node === null) return [];
  const own = source.slice(node.from, node.to);
  if (node.kind !== "call") return [own];
  const parts = [...node.args, ...node.named.map(({ value }) => value)];
  return [own, ...parts.flatMap((part) => texts(source, part))];
}

test("every part of a target is told with where it stands, pipes and backslashes included", (t) => {
  const source = " alias( a.\\(b\\).{c,d}, 'x' ) | scale(2, false)";
  const { ok, tree } = targetTree(source);
  t.true(ok);
  t.deepEqual(texts(source, tree), [
    source.slice(1),
    "alias( a.\\(b\\).{c,d}, 'x' )",
    "a.\\(b\\).{c,d}",
    "'x'",
    "2",
    "false",
  ]);
  t.like(tree, { kind: "call", name: "scale", nameFrom: source.indexOf("scale") });
});

test("whatever is typed is parsed or refused with a place inside it, and no node leaves the text", (t) => {
  const piece = fc.constantFrom(
    "a.b",
    "sum(",
    ")",
    "|",
    ",",
    "'",
    '"x"',
    "1",
    "\\",
    "=",
    "{",
    "}",
    " ",
    "sumSeries",
    "template(",
    "<b>",
    "𝒳",
  );
  property(t, [fc.array(piece, { maxLength: 14 }).map((list) => list.join(""))], (source) => {
    const { error, tree, ignoredFrom } = targetTree(source);
    const isInside = (node: TargetNode): boolean =>
      node.from >= 0 &&
      node.from < node.to &&
      node.to <= source.length &&
      (node.kind !== "call" ||
        [...node.args, ...node.named.map(({ value }) => value)].every(isInside));
    if (error?.column != null && (error.column < 1 || error.column > source.length + 1))
      return false;
    if (ignoredFrom !== null && (ignoredFrom < 0 || ignoredFrom > source.length)) return false;
    return tree === null || source.includes("template(") || isInside(tree);
  });
});

test("errors come with a column and what may have been meant", (t) => {
  t.deepEqual(targetTree("sumSeries(a.b").error, {
    message: "unexpected the end at column 14",
    column: 14,
    hint: ") is missing at the end",
  });
  t.deepEqual(targetTree("alias(sumSerie(a.b),'x')").error, {
    message: "there is no function sumSerie",
    column: 7,
    hint: "sumSeries",
  });
  t.deepEqual(targetTree(""), { ok: true, error: null, tree: null, ignoredFrom: null });
  t.is(targetTree("a.b extra").ignoredFrom, 4);
});

test("explain tells what was fetched for each target, in which step, and what is wrong with it", async (t) => {
  const all = await uiSite();
  const { time } = all;
  for (const name of ["web.a", "web.b"])
    all.put("gauge", name, [
      [time, 1],
      [time + 60, 2],
    ]);
  all.put("replace", "cpu;host=a", [[time, 1]]);
  const targets = [
    "sumSeries(web.*)",
    "movingAverage(web.a,'10min')",
    "seriesByTag('host=a')",
    "nothing.here",
    "sumSeries(web.*",
    "scale(web.a,'x')",
  ];
  const query = new URLSearchParams({ from: String(time), until: String(time + 300) });
  for (const target of targets) query.append("target", target);
  for (const app of [all.graphite, all.istat]) {
    const { statusCode, body } = await app.inject({ url: `/_/explain?${query}` });
    t.is(statusCode, 200);
    const explained = (JSON.parse(body) as { targets: Record<string, unknown>[] }).targets;
    t.deepEqual(
      explained.map(({ target }) => target),
      targets,
    );
    const [sum, moving, tagged, none, broken, wrong] = explained;
    t.like(sum, {
      series: 1,
      error: null,
      fetches: [{ path: "web.*", series: 2, step: 10, tierStep: 10, points: 60 }],
    });
    t.true((moving!.fetches as { from: number }[]).some(({ from }) => from <= time - 600));
    t.like(tagged, { series: 1, fetches: [{ path: "seriesByTag('host=a')", series: 1 }] });
    t.like(none, { series: 0, error: null, fetches: [{ series: 0, step: 0, tierStep: null }] });
    t.like(broken, { series: 0, error: { column: 16 }, fetches: [] });
    t.like(wrong, { series: 0, error: { column: 13 } });
  }
  const { statusCode } = await all.graphite.inject({ url: "/_/explain?from=-1h" });
  t.is(statusCode, 400);
});

test("parse answers on both ports, and refuses what is no question", async (t) => {
  const all = await uiSite();
  for (const app of [all.graphite, all.istat]) {
    const ask = (payload: string): Promise<{ statusCode: number; body: string }> =>
      app.inject({
        method: "POST",
        url: "/_/parse",
        headers: { "content-type": "application/json" },
        payload,
      });
    t.like(JSON.parse((await ask('{"target":"a.*"}')).body), {
      ok: true,
      tree: { kind: "path", pattern: "a.*", from: 0, to: 3 },
    });
    t.like(JSON.parse((await ask(JSON.stringify({ target: "(".repeat(5000) }))).body), {
      ok: false,
    });
    for (const bad of ["{}", '{"target":[1]}', "[]", "null"])
      t.is((await ask(bad)).statusCode, 400, bad);
  }
});
