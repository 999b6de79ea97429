import test from "ava";
import fc from "fast-check";
import { sortTexts } from "../../../src/model/code-points.ts";
import { GraphiteError } from "../../../src/model/errors.ts";
import { canonicalName, tagsOf } from "../../../src/model/series-name.ts";
import {
  compileTagExpression,
  parseTagExpression,
  type TagExpression,
} from "../../../src/model/tag-expression.ts";
import { TagIndex } from "../../../src/query/tags/tag-index.ts";
import { chunkCapacity, chunkStart } from "../../../src/query/tags/tag-lists.ts";
import { NameIndex } from "../../../src/storage/index/name-index.ts";
import { property } from "../../property.ts";

/** An index of given names; series are numbered in their order. */
function indexOf(names: readonly string[]): { names: NameIndex; tags: TagIndex } {
  const index = new NameIndex(NameIndex.reserve(Math.max(1000, names.length)));
  names.forEach((name, series) => {
    index.add(name, series);
  });
  return { names: index, tags: TagIndex.own(index) };
}

function find(tags: TagIndex, ...expressions: string[]): string[] {
  return tags.find(expressions.map(parseTagExpression), 1_000_000).map(({ path }) => path);
}

/** What seriesByTag means, without an index. */
function scan(names: readonly string[], expressions: readonly TagExpression[]): string[] {
  const matchers = expressions.map((one) => ({ tag: one.tag, ...compileTagExpression(one) }));
  return sortTexts(
    names.filter((name) => {
      const tags = tagsOf(name);
      return (
        Object.keys(tags).length > 1 &&
        matchers.every(({ tag, matches }) => matches(tags[tag] ?? ""))
      );
    }),
  );
}

const NAMES = [
  "cpu;dc=eu;host=a",
  "cpu;dc=eu;host=b",
  "cpu;dc=us;host=c",
  "cpu;host=d",
  "disk;dc=eu;mount=/;host=a",
  "solo",
];

test("an absent tag is empty, for every operator", (t) => {
  const { tags } = indexOf(NAMES);
  const cpu = (expression: string): string[] =>
    find(tags, "name=cpu", expression).map((path) => path.at(-1)!);
  t.deepEqual(cpu("dc=eu"), ["a", "b"]);
  t.deepEqual(cpu("dc!=eu"), ["c", "d"]);
  t.deepEqual(cpu("dc="), ["d"]);
  t.deepEqual(cpu("dc!="), ["a", "b", "c"]);
  t.deepEqual(cpu("dc=~e"), ["a", "b"]);
  t.deepEqual(cpu("dc=~s"), []);
  t.deepEqual(cpu("dc!=~e"), ["c", "d"]);
  t.deepEqual(cpu("dc=~.*"), ["a", "b", "c", "d"]);
  t.deepEqual(cpu("dc!=~.*"), []);
  t.deepEqual(cpu("dc=~(eu|us)$"), ["a", "b", "c"]);
  t.deepEqual(cpu("rack="), ["a", "b", "c", "d"]);
  t.deepEqual(cpu("rack!=x"), ["a", "b", "c", "d"]);
  t.deepEqual(cpu("rack!="), []);
  t.deepEqual(cpu("rack=~x"), []);
  t.deepEqual(find(tags, "name=solo"), []);
  t.deepEqual(find(tags, "host=a"), ["cpu;dc=eu;host=a", "disk;dc=eu;mount=/;host=a"]);
});

test("what every series without the tag satisfies is no question", (t) => {
  const { tags } = indexOf(NAMES);
  for (const expressions of [[], ["dc!=eu"], ["dc=~.*"], ["dc=", "host!=~a"]]) {
    const error = t.throws(() => find(tags, ...expressions), { instanceOf: GraphiteError });
    t.is(error?.code, "ERR_TAG_EXPRESSION");
  }
  const error = t.throws(() => tags.find([parseTagExpression("dc=eu")], 2), {
    instanceOf: GraphiteError,
  });
  t.is(error?.code, "ERR_LIMIT_SERIES");
});

test("a new series is found at once, a deleted one never again, nor what it alone had", (t) => {
  const { names, tags } = indexOf(NAMES);
  t.deepEqual(find(tags, "dc=eu", "name=cpu").length, 2);
  names.add("cpu;dc=eu;host=e", 6);
  t.deepEqual(find(tags, "dc=eu", "name=cpu").length, 3);
  names.remove(2);
  t.deepEqual(find(tags, "dc=~.+", "host=c"), []);
  t.deepEqual(tags.values("dc", "", 10), ["eu"]);
  t.is(tags.seriesCount("dc", "us"), 0);
  names.remove(4);
  t.deepEqual(tags.tags("", 10), ["dc", "host", "name"]);
  t.deepEqual(tags.tagsOf([parseTagExpression("dc=eu")], "", 10), ["host", "name"]);
  names.add("cpu;dc=us;host=c", 7);
  t.deepEqual(find(tags, "host=c"), ["cpu;dc=us;host=c"]);
  t.is(tags.seriesCount("dc", "us"), 1);
});

test("numbers of series may come in any order", (t) => {
  const { names, tags } = indexOf([]);
  for (const series of [7, 900, 3, 8]) names.add(`m;a=1;i=${series}`, series);
  const found = tags.find([parseTagExpression("a=1"), parseTagExpression("i!=8")], 10);
  t.deepEqual(
    found.map(({ path, series }) => [path, series]),
    [
      ["m;a=1;i=3", 3],
      ["m;a=1;i=7", 7],
      ["m;a=1;i=900", 900],
    ],
  );
});

test("a name that breaks a rule has no tags, and its neighbours keep theirs", (t) => {
  const broken = ["a;b", "a;=x", "a;b=", "a;b=~x", "a;!b=1", ";b=1", 'a;b=1;c={"}', "a;b=1;"];
  const kept = broken.map((raw) => canonicalName(raw)).map((one) => (one.ok ? one.name : ""));
  t.deepEqual(kept, broken);
  const { tags } = indexOf([...broken, "good;b=1"]);
  t.deepEqual(find(tags, "name=~.*", "b=~.+"), ["good;b=1"]);
  t.deepEqual(find(tags, "name!="), ["good;b=1"]);
  t.deepEqual(tags.tags("", 10), ["b", "name"]);
});

test("tags and values are completed in order, by prefix, up to a limit", (t) => {
  const { tags } = indexOf([
    ...Array.from({ length: 3000 }, (_, i) => `m;id=${i};z=${i % 3}`),
    "m;ö=1;Zed=😀;z=\uffff",
  ]);
  t.deepEqual(tags.tags("", 3), ["Zed", "id", "name"]);
  t.deepEqual(tags.tags("", 10), ["Zed", "id", "name", "z", "ö"]);
  t.deepEqual(tags.tags("i", 10), ["id"]);
  t.deepEqual(tags.tags("j", 10), []);
  t.deepEqual(tags.values("id", "299", 4), ["299", "2990", "2991", "2992"]);
  t.deepEqual(tags.values("z", "", 10), ["0", "1", "2", "\uffff"]);
  t.deepEqual(tags.values("nosuch", "", 10), []);
  const one = [parseTagExpression("z=1")];
  t.deepEqual(tags.valuesOf("id", one, "29", 3), ["2902", "2905", "2908"]);
  t.deepEqual(tags.tagsOf(one, "", 10), ["id", "name"]);
  t.deepEqual(tags.valuesOf("id", [parseTagExpression("z!=1")], "", 2), ["0", "1001"]);
});

test("completion over many series is that over few", (t) => {
  const many = Array.from({ length: 6000 }, (_, i) => `m;a=${i % 70};b=${i % 3};c${i % 2}=x`);
  const { tags } = indexOf([...many, "other;a=only", "m;d=1"]);
  const expressions = [parseTagExpression("name=m")];
  t.deepEqual(tags.tagsOf(expressions, "", 10), ["a", "b", "c0", "c1", "d"]);
  t.deepEqual(tags.tagsOf(expressions, "c", 1), ["c0"]);
  const values = sortTexts([...new Set(many.map((name) => tagsOf(name).a!))]);
  t.deepEqual(tags.valuesOf("a", expressions, "", 1000), values);
  t.deepEqual(tags.valuesOf("a", expressions, "1", 5), ["1", "10", "11", "12", "13"]);
});

test("chunks double up to a size and follow each other without a gap", (t) => {
  let start = 0;
  for (let at = 0; at < 10_000; at++) {
    if (at === start + chunkCapacity(start)) start = at;
    t.is(chunkStart(at), start);
  }
});

test("long lists are met and taken away exactly", (t) => {
  const names = Array.from({ length: 20_000 }, (_, i) => `m;a=${i % 2};b=${i % 3};c=${i % 7}`);
  const unique = names.map((name, i) => `${name};i=${i}`);
  const { tags } = indexOf(unique);
  for (const expressions of [
    ["a=1", "b=2"],
    ["a=1", "b!=2"],
    ["a=~1", "c=~[1-3]"],
    ["c=6", "a!=~0", "b!=~[01]"],
    ["i=~1.*", "a=0", "c!="],
    ["i=777"],
    ["a=1", "i!=777", "i=~77"],
  ]) {
    t.deepEqual(
      find(tags, ...expressions),
      scan(unique, expressions.map(parseTagExpression)),
      expressions.join(" & "),
    );
  }
});

const label = fc.constantFrom("a", "b", "ab", "é", "dc", "😀");
const value = fc.stringMatching(/^[a-c1.é|]{1,4}$/);
const series = fc
  .tuple(label, fc.uniqueArray(fc.tuple(label, value), { selector: ([tag]) => tag, maxLength: 4 }))
  .map(([name, tags]) => [name, ...tags.map(([tag, text]) => `${tag}=${text}`)].join(";"));
const expression = fc
  .tuple(
    fc.constantFrom("name", "a", "b", "ab", "dc", "none"),
    fc.constantFrom("=", "!=", "=~", "!=~"),
    fc.oneof(value, fc.constantFrom("", ".*", "a|b", "^(a|b1)$", "(?:a.)+", "[ab]", "a?b", "\\.a")),
  )
  .map((parts) => parts.join(""));

test("the index finds what a scan of all names finds, and refuses what needs no value", (t) => {
  property(
    t,
    [
      fc.uniqueArray(series, { minLength: 1, maxLength: 40 }),
      fc.array(expression, { minLength: 1, maxLength: 4 }),
    ],
    (raw, texts) => {
      const names = [...new Set(raw.map(canonicalOf))];
      const { tags } = indexOf(names);
      const expressions = texts.map(parseTagExpression);
      if (expressions.every((one) => compileTagExpression(one).matchesEmpty)) {
        try {
          find(tags, ...texts);
          return false;
        } catch (error) {
          return error instanceof GraphiteError && error.code === "ERR_TAG_EXPRESSION";
        }
      }
      return same(find(tags, ...texts), scan(names, expressions));
    },
    { numRuns: 500 },
  );
});

test("what completes is what the series found have", (t) => {
  property(
    t,
    [fc.uniqueArray(series, { minLength: 1, maxLength: 40 }), fc.constantFrom("", "a", "é")],
    (raw, prefix) => {
      const names = [...new Set(raw.map(canonicalOf))];
      const { tags } = indexOf(names);
      const having = scan(names, [parseTagExpression("a!=")]).map(tagsOf);
      const tagged = names.map(tagsOf).filter((one) => Object.keys(one).length > 1);
      const distinct = (texts: string[]): string[] =>
        sortTexts([...new Set(texts)].filter((text) => text.startsWith(prefix)));
      return (
        same(tags.tags(prefix, 99), distinct(tagged.flatMap((one) => Object.keys(one)))) &&
        same(tags.values("a", prefix, 99), distinct(having.map(({ a }) => a!))) &&
        same(tags.valuesOf("a", [], prefix, 99), distinct(having.map(({ a }) => a!)))
      );
    },
  );
});

function canonicalOf(raw: string): string {
  const canonical = canonicalName(raw);
  return canonical.ok ? canonical.name : raw;
}

function same(a: readonly string[], b: readonly string[]): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
