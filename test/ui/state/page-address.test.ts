import test from "ava";
import fc from "fast-check";
import {
  formatAddress,
  MODES,
  type PageAddress,
  parseAddress,
  VIEWS,
} from "../../../src/ui/state/page-address.ts";
import { property } from "../../property.ts";

const text = fc.string({ unit: "binary", maxLength: 20 });
const graph = fc.record({
  mode: fc.constantFrom(...MODES),
  options: fc.array(fc.stringMatching(/^[\w=.%+-]{1,8}$/), { maxLength: 3 }),
  targets: fc.array(
    text.filter((one) => one !== ""),
    { minLength: 1, maxLength: 3 },
  ),
});
const address: fc.Arbitrary<PageAddress> = fc.record({
  view: fc.constantFrom(...VIEWS),
  from: text,
  until: text,
  tz: text,
  graphs: fc.array(graph, { maxLength: 3 }),
  dashboard: fc.constant(null),
  others: fc.array(fc.tuple(fc.stringMatching(/^x[a-z]{0,5}$/), text), { maxLength: 3 }),
});

test("an address says all that a page shows", (t) => {
  property(t, [address], (one) => {
    const read = parseAddress(formatAddress(one));
    return JSON.stringify(read) === JSON.stringify(one);
  });
});

test("every query is the address of some page", (t) => {
  property(t, [text], (query) => {
    const once = formatAddress(parseAddress(query));
    return formatAddress(parseAddress(once)) === once;
  });
});

test("addresses are readable", (t) => {
  const query = "?from=-6h&g=band,unit=bytes:web.*.load&t=scale(web.a,2)&g=line:alias(b,%22x+y%22)";
  const read = parseAddress(query);
  t.deepEqual(read.graphs, [
    { mode: "band", options: ["unit=bytes"], targets: ["web.*.load", "scale(web.a,2)"] },
    { mode: "line", options: [], targets: ['alias(b,"x y")'] },
  ]);
  t.is(formatAddress(read), query);
});

test("a target without a mode is drawn with lines", (t) => {
  t.deepEqual(parseAddress("?t=a:b&t=c").graphs, [
    { mode: "line", options: [], targets: ["a:b", "c"] },
  ]);
  t.deepEqual(parseAddress("?g=a.b:c").graphs, [{ mode: "line", options: [], targets: ["a.b:c"] }]);
});

test("the name of a dashboard opens it", (t) => {
  const read = parseAddress("?dashboard=a+b&var-dc=eu");
  t.is(read.view, "dashboards");
  t.is(read.dashboard, "a b");
  t.deepEqual(read.others, [["var-dc", "eu"]]);
  t.is(formatAddress(read), "?dashboard=a+b&var-dc=eu");
});
