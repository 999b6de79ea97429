import test from "ava";
import fc from "fast-check";
import { type Expected, expectedAt } from "../../../src/ui/query/completion/expected.ts";
import {
  knownOffers,
  nodeOffers,
  type Offer,
  searchOffers,
  tagOffers,
  takeOffer,
} from "../../../src/ui/query/completion/offers.ts";
import { parseText } from "../../../src/ui/query/language/parse.ts";
import { property } from "../../property.ts";
import { DOCS, targets } from "./target-texts.ts";

/** A text with `‸` where the cursor is. */
function cut(marked: string): { text: string; cursor: number } {
  const cursor = marked.indexOf("‸");
  return { text: marked.replace("‸", ""), cursor };
}

function at(marked: string): Expected {
  const { text, cursor } = cut(marked);
  return expectedAt(text, parseText(text).root, cursor, DOCS);
}

function offers(marked: string): Offer[] {
  return knownOffers(cut(marked).text, at(marked), DOCS);
}

const labels = (marked: string): string[] => offers(marked).map(({ label }) => label);

function taken(marked: string, label: string, list: Offer[] = offers(marked)): string {
  const offer = list.find((one) => one.label === label);
  if (offer === undefined) return `no offer ${label}`;
  const { text, cursor } = takeOffer(cut(marked).text, offer);
  return `${text.slice(0, cursor)}‸${text.slice(cursor)}`;
}

test("functions are offered by what is typed, those that begin with it first", (t) => {
  const found = labels("summ‸");
  t.is(found[0], "summarize");
  t.true(found.includes("smartSummarize"));
  t.is(taken("summ‸", "summarize"), "summarize(‸)");
  t.is(taken("scale(sumS‸, 2)", "sumSeries"), "scale(sumSeries(‸), 2)");
  t.is(taken("summ‸(a, '1h')", "summarize"), "summarize‸(a, '1h')");
});

test("behind a pipe only functions of series are offered", (t) => {
  t.true(labels("web.*|‸").includes("scale"));
  t.false(labels("web.*|‸").includes("constantLine"));
  t.true(labels("‸").includes("constantLine"));
  t.is(taken("web.*|abs‸", "absolute"), "web.*|absolute()‸");
  t.is(taken("web.*|sca‸", "scale"), "web.*|scale(‸)");
  t.is(at("web.*|‸").pathBefore, null);
});

test("an argument is offered what its parameter takes", (t) => {
  t.deepEqual(labels("summarize(a, ‸)").slice(0, 3), ["10min", "1h", "1d"]);
  t.is(taken("summarize(a, ‸)", "1h"), "summarize(a, '1h'‸)");
  t.is(taken("summarize(a, '1‸')", "1h"), "summarize(a, '1h‸')");
  t.is(taken("summarize(a, '1‸", "1h"), "summarize(a, '1h'‸");
  t.true(labels("summarize(a, '1h', 'm‸')").includes("max"));
  t.deepEqual(labels("summarize(a, '1h', 'max', t‸)"), ["true", "alignToFrom="]);
  t.deepEqual(labels("summarize(a, '1h', alignToFrom=‸)"), ["true", "false"]);
  t.true(labels("summarize(a, '1h', f‸)").includes("func="));
  t.true(labels("a|summarize('1h', ‸)").includes("max"));
  t.deepEqual(labels("scale(a, ‸)"), ["factor="]);
});

test("nodes are counted over the path that is there", (t) => {
  const list = offers("aliasByNode(web.eu.*.cpu, ‸)");
  t.deepEqual(
    list.map(({ label, detail }) => `${label} ${detail}`),
    ["0 web", "1 eu", "2 *", "3 cpu"],
  );
  t.is(taken("aliasByNode(web.eu.*.cpu, ‸)", "2"), "aliasByNode(web.eu.*.cpu, 2‸)");
});

test("the node of a path at the cursor is what is completed", (t) => {
  const where = (marked: string) => {
    const { from, to, typed, pathBefore, nodeBefore } = at(marked);
    return { path: `${pathBefore}[${nodeBefore}]`, whole: cut(marked).text.slice(from, to), typed };
  };
  t.deepEqual(where("web.e‸u.cpu"), { path: "web.[]", whole: "eu", typed: "e" });
  t.deepEqual(where("scale(web.eu.‸, 2)"), { path: "web.eu.[]", whole: "", typed: "" });
  t.deepEqual(where("web.{a,b‸}.cpu"), { path: "web.[]", whole: "b", typed: "b" });
  t.deepEqual(where("web.x{a,‸"), { path: "web.[x]", whole: "", typed: "" });
  t.is(at("web.e‸").functions, "none");
  t.is(at("scale(w‸, 2)").functions, "all");
  t.is(at("scale(‸)").pathBefore, "");
  t.is(at("scale(a, ‸)").pathBefore, null);
  t.is(at("a.b ‸").pathBefore, null);
});

test("branches go on with a dot, and hostile nodes are written so that they mean themselves", (t) => {
  const nodes = [
    { text: "eu", isLeaf: true, isBranch: true },
    { text: "a(b", isLeaf: true, isBranch: false },
  ];
  const list = (marked: string) => nodeOffers(cut(marked).text, at(marked), nodes);
  t.is(taken("web.‸", "eu.", list("web.‸")), "web.eu.‸");
  t.is(taken("web.‸", "eu", list("web.‸")), "web.eu‸");
  t.is(taken("web.x‸x.cpu", "eu.", list("web.x‸x.cpu")), "web.eu‸.cpu");
  t.is(taken("web.‸", "a(b", list("web.‸")), "web.a\\(b‸");
  t.is(taken("web.{x,‸}", "eu", list("web.{x,‸}")), "web.{x,eu‸}");
  const hits = [{ name: "web.eu.cpu", isLeaf: true }];
  t.is(
    taken("scale(cp‸, 2)", "web.eu.cpu", searchOffers(at("scale(cp‸, 2)"), hits)),
    "scale(web.eu.cpu‸, 2)",
  );
});

test("tags and their values are completed inside of seriesByTag", (t) => {
  const take = (marked: string, word: string) => taken(marked, word, tagOffers(at(marked), [word]));
  t.is(take("seriesByTag(‸)", "dc"), "seriesByTag('dc=‸')");
  t.is(take("seriesByTag('d‸')", "dc"), "seriesByTag('dc=‸')");
  t.is(take("seriesByTag('dc=l‸')", "lon"), "seriesByTag('dc=lon‸')");
  t.is(take("seriesByTag('dc!=~l‸", "lon"), "seriesByTag('dc!=~lon'‸");
  t.deepEqual(tagOffers(at("seriesByTag('dc=‸')"), ["it's"]), []);
  t.deepEqual(at("seriesByTag('dc=lon', 'host=~^w', 'na‸')").tagExpressions, [
    "dc=lon",
    "host=~^w",
  ]);
  t.deepEqual(at("seriesByTag('dc=lon', ‸)").tagExpressions, ["dc=lon"]);
});

test("the call around the cursor and its parameter are known, for the signature", (t) => {
  const call = (marked: string) => {
    const { call: active } = at(marked);
    return active === null ? null : `${active.call.name} ${active.param?.name ?? "-"}`;
  };
  t.is(call("summarize(web.*, '1h', ‸)"), "summarize func");
  t.is(call("summarize(web.*, '1h', 'm‸ax')"), "summarize func");
  t.is(call("web.*|summarize(‸)"), "summarize intervalString");
  t.is(call("scale(sumSeries(a, ‸), 2)"), "sumSeries seriesLists");
  t.is(call("scale(sumSeries(a, b)‸, 2)"), "scale seriesList");
  t.is(call("summarize(a, alignToFrom=‸"), "summarize alignToFrom");
  t.is(call("web.cpu‸"), null);
  t.is(call("frob(‸)"), "frob -");
});

test("wherever the cursor is, offers replace what is around it", (t) => {
  property(t, [targets, fc.nat(), fc.boolean()], (whole, place, isCut) => {
    const cursor = place % (whole.length + 1);
    const text = isCut ? whole.slice(0, cursor) : whole;
    const expected = expectedAt(text, parseText(text).root, cursor, DOCS);
    const list = knownOffers(text, expected, DOCS);
    return (
      expected.from <= cursor &&
      cursor <= expected.to &&
      expected.to <= text.length &&
      text.slice(expected.from, cursor) === expected.typed &&
      list.every((offer) => takeOffer(text, offer).cursor <= takeOffer(text, offer).text.length)
    );
  });
});
