import test from "ava";
import fc from "fast-check";
import { compileRegex } from "../../src/model/regex.ts";
import { regexPrefixes } from "../../src/model/regex-prefixes.ts";
import { property } from "../property.ts";

test("letters before anything else, of each alternative", (t) => {
  for (const [pattern, ...prefixes] of [
    ["web0.*", "web0"],
    ["^web\\.a[1-3]", "web.a"],
    ["ab*c", "a"],
    ["ab+c", "ab"],
    ["a|bc|d.", "a", "bc", "d"],
    ["(web01|web02)$", "web01", "web02"],
    ["^(?:a(b|c)|d)", "a", "d"],
    ["(a|b)?c", ""],
    ["(a|)c", ""],
    [".*", ""],
    ["(?i)web", ""],
    ["[|]a|b", ""],
    ["\\d", ""],
    ["a{0}", ""],
  ] as const) {
    t.deepEqual(regexPrefixes(pattern), prefixes, pattern);
  }
});

test("every text that matches at its start begins with one of them", (t) => {
  const piece = fc.constantFrom(
    ..."a b ab | ( ) (?: * + ? . ^ $ [ab] [^a] [|] \\. \\d \\w {0,1} {2} é".split(" "),
  );
  const text = fc.stringMatching(/^[ab.1é|]{0,5}$/);
  property(
    t,
    [fc.array(piece, { minLength: 1, maxLength: 8 }), fc.array(text, { minLength: 20 })],
    (pieces, texts) => {
      const pattern = pieces.join("");
      let regex: ReturnType<typeof compileRegex>;
      try {
        regex = compileRegex(pattern);
      } catch {
        return true;
      }
      const prefixes = regexPrefixes(pattern);
      return texts.every(
        (one) => !regex.matchStart(one) || prefixes.some((prefix) => one.startsWith(prefix)),
      );
    },
    { numRuns: 2000 },
  );
});
