import test from "ava";
import { server } from "./small-server.ts";

const SUMMARIZE = "usage: summarize(seriesList, intervalString, func='sum', alignToFrom=False)";

test("a mistake in a call is told with what is allowed and how the function is called", async (t) => {
  const { app } = await server();
  const cases: [target: string, reason: string][] = [
    ["sumSeris(web.a.load)", "there is no function sumSeris, did you mean sumSeries?"],
    ["SUMSERIES(web.a.load)", "there is no function SUMSERIES, did you mean sumSeries?"],
    ["abcdefgh(web.a.load)", "there is no function abcdefgh"],
    [
      "scale(web.a.load,factr=2)",
      "scale has no parameter factr, did you mean factor?; usage: scale(seriesList, factor)",
    ],
    [
      "scale(web.a.load,colour=2)",
      "scale has no parameter colour; usage: scale(seriesList, factor)",
    ],
    ["scale(web.a.load)", "scale needs factor; usage: scale(seriesList, factor)"],
    [
      "scale(web.a.load,1,2)",
      "scale takes at most 2 arguments, not 3; usage: scale(seriesList, factor)",
    ],
    ["absolute(web.a.load,1)", "absolute takes at most 1 argument, not 2"],
    ["scale(web.a.load,2,factor=3)", "scale: factor is given twice"],
    ['scale(web.a.load,"x")', 'scale: factor must be a number, not "x"; usage: scale('],
    ["scale(3,2)", "scale: seriesList must be series, not 3; usage: scale("],
    [
      'summarize(web.a.load,"5m")',
      `summarize: intervalString must be a time span such as "5min" or "1d" (units: s, min, h, d, w, mon, y), not "5m"; ${SUMMARIZE}`,
    ],
    ['summarize(web.a.load,"5min","avrage")', "summarize: func must be one of average, avg, "],
    [
      'absolute(scale(web.a.load,"x"))',
      'scale: factor must be a number, not "x"; usage: scale(seriesList, factor)',
    ],
    [`alias(web.a.load,${"x".repeat(5000)})`, `not ${"x".repeat(60)}...; usage: alias(`],
  ];
  for (const [target, reason] of cases) {
    const url = `/render?format=json&target=${encodeURIComponent(target)}`;
    const { statusCode, body } = await app.inject({ url });
    t.is(statusCode, 400, target);
    t.true(body.includes(reason), `${target}: ${body}`);
    t.true(body.length < 3000);
  }
});

test("the usage names the function as it was called, once, for the innermost call", async (t) => {
  const { app } = await server();
  const target = encodeURIComponent('absolute(absolute(sum(scale(web.a.load,"x"),"y")))');
  const { body } = await app.inject({ url: `/render?format=json&target=${target}` });
  t.is(body.match(/usage:/g)?.length, 1);
  t.true(body.endsWith('; func: "scale(web.a.load,"x")"'), body);
  const sum = await app.inject({ url: "/render?format=json&target=sum(web.a.load,3)" });
  t.regex(sum.body, /usage: sum\(\*seriesLists\)/);
});

test("pipes and arguments as long as they may be are evaluated at once", async (t) => {
  const { app } = await server();
  const pipe = `web.a.load${"|absolute()".repeat(99)}`;
  const many = `group(${Array.from({ length: 500 }, () => "web.a.load").join(",")})`;
  for (const [target, count] of [
    [pipe, 1],
    [many, 500],
  ] as const) {
    const url = `/render?format=json&from=-2min&target=${encodeURIComponent(target)}`;
    const { statusCode, body } = await app.inject({ url });
    t.is(statusCode, 200, body.slice(0, 300));
    t.is((JSON.parse(body) as unknown[]).length, count);
  }
  const keywords = encodeURIComponent(`scale(web.a.load${",x=1".repeat(5000)})`);
  const refused = await app.inject({ url: `/render?format=json&target=${keywords}` });
  t.regex(refused.body, /scale has no parameter x/);
});
