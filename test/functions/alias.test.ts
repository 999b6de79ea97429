import test from "ava";
import fc from "fast-check";
import { property } from "../property.ts";
import { ask, fetched, refusal } from "./ask.ts";

const data = {
  a: [fetched("servers.Web01.cpu", [1.5, 57.256, null])],
  big: [fetched("big", [94_320])],
  empty: [fetched("empty", [null])],
};

function nameOf(target: string): string | undefined {
  return ask(target, data)[0]?.name;
}

test("upper and lower change all letters, or those at some places", (t) => {
  t.is(nameOf("upper(a)"), "SERVERS.WEB01.CPU");
  t.is(nameOf("lower(a)"), "servers.web01.cpu");
  t.is(nameOf("upper(a,0,-1,99,-99)"), "Servers.Web01.cpU");
  t.is(nameOf('lower(a,"8")'), "servers.web01.cpu");
  const text = fc.stringMatching(/^[a-zA-Zäß.]{1,20}$/);
  property(t, [text], (name) => {
    const places = [...name].map((_, i) => i).join(",");
    const named = { x: [fetched(name, [1])] };
    return (
      ask("upper(x)", named)[0]!.name === name.toUpperCase() &&
      ask(`upper(x,${places})`, named)[0]!.name === name.toUpperCase() &&
      ask(`lower(x,${places})`, named)[0]!.name === name.toLowerCase()
    );
  });
});

test("legendValue appends values as Python prints them", (t) => {
  t.is(nameOf('legendValue(a,"last")'), "servers.Web01.cpu (last: 57.256)");
  t.is(nameOf('legendValue(a,"min","count")'), "servers.Web01.cpu (min: 1.5) (count: 2)");
  t.is(
    nameOf('legendValue(empty,"max","count","avg_zero")'),
    "empty (max: None) (count: 0) (avg_zero: 0.0)",
  );
  t.is(nameOf('legendValue(a,"constructor")'), "servers.Web01.cpu (constructor: (?))");
  t.is(nameOf("legendValue(a)"), "servers.Web01.cpu");
});

test("legendValue with a system of units makes columns", (t) => {
  t.is(nameOf('legendValue(big,"max","si")'), "big                 max  94.32k    ");
  t.is(nameOf('legendValue(big,"max","binary")'), "big                 max  92.11Ki   ");
  t.is(nameOf('legendValue(empty,"max","si")'), "empty               max  None      ");
  t.is(
    nameOf('legendValue(a,"min","max","si")'),
    "servers.Web01.cpu   min  1.50      max  57.26     ",
  );
  t.is(nameOf('legendValue(big,"si","max")'), "big (si: (?)) (max: 94320.0)");
});

test("aliasQuery puts the last value of another target into the name", (t) => {
  const query = (newName: string): string | undefined =>
    nameOf(`aliasQuery(big,"big","a","${newName}")`);
  t.is(query("x %d"), "x 57");
  t.is(query("%.1f%%"), "57.3%");
  t.is(query("%s"), "57.256");
  t.is(nameOf('aliasQuery(a,"^.*","scale(big,2)","%g")'), "188640");
});

test("aliasQuery is refused when there is no value or no one place for it", (t) => {
  const code = (replace: string, newName: string): string | null =>
    refusal(`aliasQuery(a,"^.*","${replace}","${newName}")`, data);
  t.is(code("nosuch", "%d"), "ERR_EVALUATION");
  t.is(code("empty", "%d"), "ERR_EVALUATION");
  t.is(code("a", "fixed"), "ERR_ARGUMENT");
  t.is(code("a", "%d %d"), "ERR_ARGUMENT");
  t.is(code("a", "%x"), "ERR_ARGUMENT");
  t.is(code("a", "%99999d"), "ERR_ARGUMENT");
  t.is(code("scale(", "%d"), "ERR_TARGET_SYNTAX");
});

test("names cannot be made to grow without end", (t) => {
  const grow = "x".repeat(60_000);
  t.is(
    refusal(`aliasSub(alias(a,"${"a".repeat(50)}"),"a","${grow.slice(0, 50_000)}")`, data),
    "ERR_REGEX",
  );
  t.is(refusal(`aliasByNode(a,${Array(2000).fill("0").join(",")})`, data), "ERR_ARGUMENT");
});
