import test from "ava";
import { compileRegex } from "../../src/model/regex.ts";

function sub(pattern: string, replacement: string, text: string): string {
  return compileRegex(pattern).replaceAll(text, replacement);
}

test("replacements are Python's", (t) => {
  t.is(sub("(^.*$)", "\\1 A", "web.load"), "web.load A");
  t.is(sub("(^.*$)", "\\1 A", "a$1 & b"), "a$1 & b A");
  t.is(sub("(?P<x>b+)", "[\\g<x>]", "abba"), "a[bb]a");
  t.is(sub("b", "\\g<0>\\g<0>", "abc"), "abbc");
  t.is(sub("b", "$&", "abc"), "a$&c");
  t.is(sub("b", "\\n", "abc"), "a\nc");
  t.is(sub("x*", "-", "abc"), "-a-b-c-");
  t.is(sub("(a)|b", "<\\1>", "ab"), "<a><>");
});

test("a wrong pattern or group is an error that says so", (t) => {
  t.throws(() => compileRegex("(a"), { name: "GraphiteError", message: /wrong/ });
  t.throws(() => sub("(a)", "\\2", "a"), { message: /group/ });
  t.throws(() => compileRegex("(?=a)"), { message: /look-around/ });
  t.true(compileRegex("(?=a)", { backtracking: "allowed" }).search("ba"));
  t.is(compileRegex("(a)\\1", { backtracking: "allowed" }).replaceAll("aab", "<\\1>"), "<a>b");
});

test("a pattern made to hang other engines ends at once", (t) => {
  t.false(compileRegex("(a+)+$").search(`${"a".repeat(5000)}b`));
});

test("search looks anywhere, match at the start only", (t) => {
  const regex = compileRegex("dc1|dc2");
  t.true(regex.search("xdc2"));
  t.false(regex.matchStart("xdc2"));
  t.true(regex.matchStart("dc2x"));
});
