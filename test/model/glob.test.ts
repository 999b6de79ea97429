import test from "ava";
import fc from "fast-check";
import { parseNode, parsePattern } from "../../src/model/glob.ts";
import { property } from "../property.ts";

function matches(pattern: string, label: string): boolean {
  const matcher = parseNode(pattern);
  if (matcher.kind === "any" || matcher.kind === "anyDepth") return true;
  if (matcher.kind === "literal") return matcher.text === label;
  return matcher.kind === "match" && matcher.test(label);
}

test("stars, question marks, classes and alternatives", (t) => {
  const yes = [
    ["web*", "web01"],
    ["*01", "web01"],
    ["w*b*1", "web01"],
    ["web0?", "web01"],
    ["web0[12]", "web02"],
    ["web0[1-3]", "web02"],
    ["web0[!12]", "web03"],
    ["a[^]", "a^"],
    ["{web,db}01", "db01"],
    ["{a,{b,c}d}", "cd"],
    ["a{,b}", "a"],
    ["{a*,b}x", "aaax"],
    ["\\*x", "*x"],
    ["a[b", "a[b"],
    ["a{b", "a{b"],
  ] as const;
  for (const [pattern, label] of yes) t.true(matches(pattern, label), `${pattern} ${label}`);
  const no = [
    ["web*", "Web01"],
    ["web0?", "web0"],
    ["web0[!12]", "web01"],
    ["\\*x", "ax"],
    ["{web,db}01", "app01"],
  ] as const;
  for (const [pattern, label] of no) t.false(matches(pattern, label), `${pattern} ${label}`);
});

test("hostile patterns end at once", (t) => {
  t.false(matches(`${"*a".repeat(50)}b`, "a".repeat(2000)));
  t.false(matches(`${"{a,aa}".repeat(60)}b`, "a".repeat(300)));
  t.notThrows(() => parsePattern(`${"{a.b,c}.".repeat(6)}x`));
  t.throws(() => parsePattern(`${"{a.b,c}.".repeat(30)}x`));
});

test("braces with dots inside are several patterns; empty nodes match nothing", (t) => {
  t.is(parsePattern("{a.b,c}.d").length, 2);
  t.deepEqual(parsePattern("a.b."), []);
  t.deepEqual(parsePattern("a..b"), []);
});

test("a glob says what the regular expression of the same meaning says", (t) => {
  const piece = fc.constantFrom("*", "?", "a", "b", "[ab]", "[!a]", "{a,b}", "{a*,bb}");
  const text = fc
    .array(fc.constantFrom("a", "b", "c"), { maxLength: 6 })
    .map((chars) => chars.join(""));
  property(t, [fc.array(piece, { minLength: 1, maxLength: 6 }), text], (pieces, label) => {
    const source = pieces
      .join("")
      .replaceAll("[!a]", "[^a]")
      .replace(/\{([^}]*)\}/g, (_whole, inner: string) => `(?:${inner.replaceAll(",", "|")})`)
      .replace(/(?<!\|bb)\*/g, ".*")
      .replace(/(?<!\()\?/g, ".");
    return matches(pieces.join(""), label) === new RegExp(`^(?:${source})$`).test(label);
  });
});
