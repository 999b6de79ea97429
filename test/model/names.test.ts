import test from "ava";
import fc from "fast-check";
import { caretPaths, expandIstatName, parentsOf } from "../../src/model/istat-name.ts";
import { canonicalName, tagsOf } from "../../src/model/series-name.ts";
import { property } from "../property.ts";

function canonical(raw: string): string {
  const result = canonicalName(raw);
  return result.ok ? result.name : `!${result.reason}`;
}

test("tags are sorted, the last of a repeated one counts, openmetrics is understood", (t) => {
  t.is(canonical("cpu.load;server=web01;dc=dc1"), "cpu.load;dc=dc1;server=web01");
  t.is(canonical("a;b=1;b=2"), "a;b=2");
  t.is(canonical("~~a;b=1"), "a;b=1");
  t.is(canonical('a{dc="x\\"y",b="1"}'), 'a;b=1;dc=x"y');
});

test("a name that breaks a tag rule keeps its text", (t) => {
  for (const raw of ["a;b", "a;=x", "a;b=", "a;b=~x", "a;b!=x"]) t.is(canonical(raw), raw);
});

test("empty nodes vanish and slashes divide nodes", (t) => {
  t.is(canonical("a..b"), "a.b");
  t.is(canonical(".a"), "a");
  t.is(canonical("a.b."), "a.b");
  t.is(canonical("a/b.c"), "a.b.c");
});

test("what cannot be a name is refused with a reason", (t) => {
  t.is(canonical("..."), "!name-empty");
  t.is(canonical("a\u0007b"), "!name-has-control-characters");
  t.is(canonical("x".repeat(4097)), "!name-too-long");
  t.is(
    canonical(`a${Array.from({ length: 65 }, (_, i) => `;t${i}=1`).join("")}`),
    "!too-many-tags",
  );
});

test("the canonical form is canonical, whatever the order of the tags", (t) => {
  const tag = fc.tuple(fc.constantFrom("a", "b", "c", "dc", "é"), fc.constantFrom("1", "x.y", "ü"));
  property(t, [fc.uniqueArray(tag, { selector: ([key]) => key }), fc.nat()], (tags, turn) => {
    const texts = tags.map(([key, value]) => `;${key}=${value}`);
    const turned = [
      ...texts.slice(turn % (texts.length + 1)),
      ...texts.slice(0, turn % (texts.length + 1)),
    ];
    const name = canonical(`m${texts.join("")}`);
    return name === canonical(`m${turned.join("")}`) && name === canonical(name);
  });
});

test("tags of a path", (t) => {
  t.deepEqual(tagsOf("a.b"), { name: "a.b" });
  t.deepEqual(tagsOf("a.b;dc=x;host=y"), { name: "a.b", dc: "x", host: "y" });
});

test("an istat line feeds the counters that its carets name", (t) => {
  const names = (raw: string): string[] =>
    expandIstatName(raw).map(({ name, event }) => (event ? `*${name}` : name));
  t.deepEqual(names("cpu^host.a^class.b"), ["cpu.host.a", "cpu.class.b"]);
  t.deepEqual(names("cpu^host.a^"), ["cpu.host.a", "cpu"]);
  t.deepEqual(names("cpu^"), ["cpu"]);
  t.deepEqual(names("^a.x^b.y"), ["a.x", "b.y"]);
  t.deepEqual(names("^"), []);
  t.deepEqual(names("a^^b"), ["a.b"]);
  t.deepEqual(names("*hits^a^b"), ["*hits.a", "*hits.b"]);
  t.deepEqual(names("^*a^b"), ["*a", "b"]);
  t.deepEqual(names("UPPER.Case"), ["upper.case"]);
  t.deepEqual(names("sl/ash:co\\b\"q'x"), ["sl_ash_co_b_q_x"]);
  t.deepEqual(names("mid.*star"), ["mid.*star"]);
});

test("a line feeds each counter above its own once, and none that it names itself", (t) => {
  const parents = (raw: string, levels: number): string[] =>
    parentsOf(expandIstatName(raw), levels).map(({ name, event }) => (event ? `*${name}` : name));
  t.deepEqual(parents("a.b.c.d", 0), []);
  t.deepEqual(parents("a.b.c.d", 2), ["a.b.c", "a.b"]);
  t.deepEqual(parents("a.b", 9), ["a"]);
  t.deepEqual(parents("a", 9), []);
  t.deepEqual(parents("cpu^host.a^class.b", 2), ["cpu.host", "cpu", "cpu.class"]);
  t.deepEqual(parents("cpu^host.a^", 2), ["cpu.host"]);
  t.deepEqual(parents("*hits^a.x^b", 1), ["*hits.a", "*hits"]);
  t.true(parents(`a${"^b.c.d.e.f".repeat(1)}^${"x.".repeat(2000)}y`, 1e9).length <= 256);
});

test("a caret in a query stands for the same counters, but not inside a class", (t) => {
  t.deepEqual(caretPaths("cpu.idle^host.*^class.b"), ["cpu.idle.host.*", "cpu.idle.class.b"]);
  t.deepEqual(caretPaths("cpu.idle^host.*^"), ["cpu.idle.host.*", "cpu.idle"]);
  t.is(caretPaths("cpu.[^ab]"), null);
  t.is(caretPaths("cpu.idle"), null);
});
