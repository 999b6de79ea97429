import test from "ava";
import fc from "fast-check";
import {
  COLUMNS,
  type Dashboard,
  emptyDashboard,
  nameOfTitle,
  newGraph,
  type Variable,
} from "../../../src/ui/dashboards/model/dashboard.ts";
import { moveGraph, overlap, placeGraph, settle } from "../../../src/ui/dashboards/model/grid.ts";
import { readSaved, savedText } from "../../../src/ui/dashboards/model/saved.ts";
import {
  choose,
  fillingOrder,
  fillVariables,
  listedValues,
  patternedValues,
  questionOf,
} from "../../../src/ui/dashboards/model/variables.ts";
import { property } from "../../property.ts";

const place = fc.record({
  x: fc.integer({ min: -3, max: 20 }),
  y: fc.integer({ min: -3, max: 40 }),
  width: fc.integer({ min: -1, max: 20 }),
  height: fc.integer({ min: -1, max: 50 }),
});
const graphs = fc
  .array(place, { maxLength: 12 })
  .map((places) => places.map((one, i) => ({ ...newGraph(`g${i + 1}`), place: one })));

const isSound = (list: Dashboard["graphs"]): boolean =>
  list.every(
    ({ place: a }, i) =>
      a.x >= 0 &&
      a.y >= 0 &&
      a.x + a.width <= COLUMNS &&
      list.every(({ place: b }, j) => i === j || !overlap(a, b)),
  );

test("wherever a graph is moved, none overlap and all stay inside the grid", (t) => {
  property(t, [graphs, place, fc.nat(11)], (list, to, which) => {
    const settled = settle(list, null);
    const moved = moveGraph(settled, `g${which + 1}`, to);
    const added = placeGraph(moved, newGraph("new"));
    return (
      isSound(settled) &&
      isSound(moved) &&
      isSound(added) &&
      JSON.stringify(settle(settled, null)) === JSON.stringify(settled) &&
      moved.every(({ id }, i) => id === list[i]?.id)
    );
  });
});

test("a graph that is dropped on another one takes its place and pushes it down", (t) => {
  const at = (id: string, x: number, y: number) => ({
    ...newGraph(id),
    place: { x, y, width: 6, height: 4 },
  });
  const list = [at("a", 0, 0), at("b", 6, 0), at("c", 0, 4)];
  const places = (moved: Dashboard["graphs"]) => moved.map(({ place: { x, y } }) => [x, y]);
  t.deepEqual(places(moveGraph(list, "c", { x: 0, y: 0, width: 6, height: 4 })), [
    [0, 4],
    [6, 0],
    [0, 0],
  ]);
  t.deepEqual(places(moveGraph(list, "b", { x: 0, y: 2, width: 6, height: 4 })), [
    [0, 4],
    [0, 0],
    [0, 8],
  ]);
  t.deepEqual(places(moveGraph(list, "a", { x: 0, y: 0, width: 12, height: 4 })), [
    [0, 0],
    [6, 4],
    [0, 4],
  ]);
  t.deepEqual(placeGraph(list, newGraph("d")).at(-1)?.place, { x: 6, y: 4, width: 6, height: 7 });
});

test("a dashboard is read as it was saved", (t) => {
  const variable: Variable = {
    name: "host",
    label: "Host",
    kind: "find",
    query: "servers.*",
    pattern: "web",
    isMulti: true,
    chosen: ["web1"],
  };
  const graph = {
    ...newGraph("g1", ["servers.$host.cpu", "alias(a.b, '\"<img src=x onerror=alert(1)>')"]),
    title: "<script>",
    min: -1.5,
    thresholds: [{ value: 90, level: "critical" as const }],
  };
  const dashboard = { ...emptyDashboard("Hösts"), variables: [variable], graphs: [graph] };
  t.deepEqual(readSaved(JSON.parse(savedText(dashboard))), dashboard);
});

test("a page of istatd finds series, formats and a size in what is saved", (t) => {
  const graph = { ...newGraph("g1", ["a.b", "a.c"]), mode: "deviation" as const };
  const saved: unknown = JSON.parse(savedText({ ...emptyDashboard("x"), graphs: [graph] }));
  t.like(saved, {
    size: { width: 600, height: 240 },
    graphs: [["a.b", "a.c"]],
    formats: [2],
    timeInterval: 3600,
  });
});

test("a dashboard of a newer format is refused, what does not fit is left out", (t) => {
  t.throws(() => readSaved({ statite: { format: 2 } }), { message: /newer server/ });
  t.throws(() => readSaved({ statite: {} }), { message: /without a number/ });
  const odd = readSaved({
    statite: {
      format: 1,
      title: 7,
      graphs: [null, { id: "a b", mode: "pie", min: "x", targets: [1, "", "ok"] }, { id: "g1" }],
      variables: [{ name: "1x" }, { name: "ok" }, { name: "ok" }],
    },
  });
  t.deepEqual(
    odd.graphs.map(({ id }) => id),
    ["g1", "g2", "g3"],
  );
  t.like(odd.graphs[1], { mode: "line", min: null, targets: ["ok"] });
  t.deepEqual(
    odd.variables.map(({ name }) => name),
    ["ok"],
  );
});

test("variables fill targets; several values become a list, unknown names stay", (t) => {
  const chosen = new Map([
    ["host", ["web1"]],
    ["dc", ["eu", "us"]],
  ]);
  const braced = (text: string): string => `$\{${text}}`;
  t.is(
    fillVariables(`a.$host.${braced("dc")}.[[host]].${braced("dc:glob")}`, chosen),
    "a.web1.{eu,us}.web1.{eu,us}",
  );
  const unknown = `$hosts.$1.${braced("x")}`;
  t.is(fillVariables(unknown, chosen), unknown);
  // Values are texts, not replacement patterns.
  t.is(fillVariables("$host", new Map([["host", ["$&$1"]]])), "$&$1");
});

const variable = (more: Partial<Variable>): Variable => ({
  name: "v",
  label: "",
  kind: "list",
  query: "",
  pattern: "",
  isMulti: false,
  chosen: [],
  ...more,
});

test("variables are filled after those that their queries refer to, also in a circle", (t) => {
  const names = (list: Variable[]) => fillingOrder(list).map(({ name }) => name);
  t.deepEqual(
    names([
      variable({ name: "host", query: "a.$dc.*" }),
      variable({ name: "dc", query: "a.*" }),
      variable({ name: "own", query: "$own" }),
    ]),
    ["dc", "host", "own"],
  );
  t.deepEqual(
    names([variable({ name: "a", query: "$b" }), variable({ name: "b", query: "$a" })]).sort(),
    ["a", "b"],
  );
});

test("a variable asks the server with those before it filled in", (t) => {
  const chosen = new Map([["dc", ["eu"]]]);
  t.deepEqual(questionOf(variable({ kind: "find", query: "web.$dc.*" }), chosen), {
    kind: "find",
    glob: "web.eu.*",
  });
  t.deepEqual(questionOf(variable({ kind: "tag", query: "host dc=$dc name=cpu" }), chosen), {
    kind: "tag",
    tag: "host",
    expressions: ["dc=eu", "name=cpu"],
  });
  t.is(questionOf(variable({ kind: "list", query: "a,b" }), chosen), null);
});

test("values are those that the pattern finds, as its first group shows them", (t) => {
  const values = ["web1.eu", "web2.us", "db1.eu", "web1.eu"];
  t.deepEqual(patternedValues(values, "/^(web\\d).*EU$/i"), ["web1"]);
  t.deepEqual(patternedValues(values, "db"), ["db1.eu"]);
  t.deepEqual(patternedValues(values, "("), ["web1.eu", "web2.us", "db1.eu"]);
  t.deepEqual(listedValues(variable({ query: "a, b,,a" })), ["a", "b"]);
});

test("what is chosen is what the address says, else what was saved, else the first", (t) => {
  const values = ["a", "b", "c"];
  t.deepEqual(choose(variable({ chosen: ["b"] }), ["c", "a"], values), ["c"]);
  t.deepEqual(choose(variable({ chosen: ["b"], isMulti: true }), ["c", "a"], values), ["c", "a"]);
  t.deepEqual(choose(variable({ chosen: ["b"] }), [], values), ["b"]);
  t.deepEqual(choose(variable({}), [], values), ["a"]);
  t.deepEqual(choose(variable({}), [], []), []);
});

test("a title becomes a name that istatd's settings can keep", (t) => {
  t.is(nameOfTitle("  Hösts & disks (eu-1)! "), "Hösts_&_disks_eu_1_!");
  t.is(nameOfTitle("///"), "dashboard");
});
