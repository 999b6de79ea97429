import test from "ava";
import fc from "fast-check";
import { markWords, targetOfSearch } from "../../../src/ui/explore/words.ts";
import { property } from "../../property.ts";

test("words are marked wherever they are, whatever their case", (t) => {
  t.deepEqual(markWords("web.EU.load", "load eu"), [
    { text: "web.", isFound: false },
    { text: "EU", isFound: true },
    { text: ".", isFound: false },
    { text: "load", isFound: true },
  ]);
  t.deepEqual(markWords("aaa", "aa"), [{ text: "aaa", isFound: true }]);
});

test("nothing of a name is lost or added", (t) => {
  const text = fc.string({ unit: "grapheme", maxLength: 12 });
  property(
    t,
    [text, text],
    (name, search) =>
      markWords(name, search)
        .map((stretch) => stretch.text)
        .join("") === name,
  );
});

test("patterns of paths and tags are targets, words are none", (t) => {
  t.is(targetOfSearch("web.*.load"), "web.*.load");
  t.is(targetOfSearch("dc=eu role!=~db.*"), 'seriesByTag("dc=eu","role!=~db.*")');
  t.is(targetOfSearch("web eu"), null);
  t.is(targetOfSearch("ho?t"), null);
  t.is(targetOfSearch('x="y")'), null);
  t.is(targetOfSearch(""), null);
});
