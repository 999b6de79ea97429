import test, { type ExecutionContext } from "ava";
import { FUNCTIONS, functionNames } from "../../src/functions/index.ts";
import { GraphiteError } from "../../src/model/errors.ts";
import { functionsJson } from "../../src/render/functions-json.ts";
import { checkSeries, type Expected, evaluateTarget, type Options, row, T0 } from "./in-memory.ts";

/**
 * Where a case has the series g.* or r.*, name and values are what carbonapi 0.16.1 answered for
 * these data; all others are worked out by hand.
 */
const ROWS = [
  row("g.a", "1 2 3 4 5 6 7 8 9 10 11 12"),
  row("g.b", "2 _ 6 8 10 12 14 16 18 20 22 24"),
  row("g.c", "5 3 8 1 9 2 7 4 6 0 10 12"),
  row("g.z", "0 0 0 0 0 0 0 0 0 0 0 0"),
  row("r.le1", "1 1 2 3 4 5 5 6 7 8 9 10"),
  row("r.le2", "2 3 4 6 8 10 11 12 14 16 18 20"),
  row("r.le3", "2 3 5 7 9 12 13 14 17 19 21 24"),
  row("met.63.x", "1 2 3 4 5 6 7 8 9 10 11 12"),
  row("met.64.x", "1 2 3 4 5 6 7 8 9 10 11 12"),
  row("met.65.x", "1 2 3 4 5 6 7 8 9 10 11 12"),
  row("met.99.x", "1 2 3 4 5 6 7 8 9 10 11 12"),
  row("mark.63_0", "1 1"),
  row("mark.64_0", "1 1 1 1 1 1 1"),
  row("mark.64_1", "1 1 1 _ 1 1"),
  row("mark.64_2", "_"),
  row("mark.65_0", "1 1 1 1 1 1 1 1 1"),
  row("mark.notes", "1 1 1"),
  row("empty.x", "_"),
  row("bWV0cmljLm5hbWU=", "1"),
  row("q.bmFtZQ==", "2"),
  row("q.not,base64", "3"),
  row("q./w==", "4"),
  // Three stretches of thirty seconds before T0, and the one after it.
  row("usual.x", "1 2 _ 3 4 _ 5 12 _ 10 8 4", { start: T0 - 80 }),
  row("usual.young", "4 _ 5 12 _ 10 8 4", { start: T0 - 40, keptFrom: T0 - 40 }),
  row("usual.zero", "0 0 0 0 0 0 0 0 0 7 0 _", { start: T0 - 80 }),
];

const SHORT: Options = { window: { from: T0, until: T0 + 30 } };
const FORTY: Options = { window: { from: T0, until: T0 + 40 } };

type Case = [target: string, expected: Expected[], options?: Options];

function check(t: ExecutionContext, cases: readonly Case[], rows = ROWS): void {
  for (const [target, expected, options] of cases) {
    checkSeries(t, target, evaluateTarget(target, rows, options), expected);
  }
}

test("the short names of aggregates answer under the long ones", (t) => {
  const of = (name: string, values: string): Expected[] => [{ name: `${name}Series(g.*)`, values }];
  check(t, [
    ["count(g.*)", of("count", "4 3 4 4 4 4 4 4 4 4 4 4")],
    [
      "stddev(g.*)",
      of(
        "stddev",
        "1.8708 1.2472 3.0311 3.1125 3.937 4.5826 4.9497 5.9161 6.4952 8.2916 7.7902 8.4853",
      ),
    ],
    ["max(g.*)", of("max", "5 3 8 8 10 12 14 16 18 20 22 24")],
    ["min(g.*)", of("min", "0 0 0 0 0 0 0 0 0 0 0 0")],
    ["diff(g.*)", of("diff", "-6 -1 -11 -5 -14 -8 -14 -12 -15 -10 -21 -24")],
    ["multiply(g.*)", of("multiply", "0 _ 0 0 0 0 0 0 0 0 0 0")],
    ["total(g.*)", of("total", "8 5 17 13 24 20 28 28 33 30 43 48")],
    ["totalSeries(g.*)", of("total", "8 5 17 13 24 20 28 28 33 30 43 48")],
    ["avg_zero(g.*)", of("avg_zero", "2 1.25 4.25 3.25 6 5 7 7 8.25 7.5 10.75 12")],
    ["median(g.*)", of("median", "1.5 2 4.5 2.5 7 4 7 6 7.5 5 10.5 12")],
    ["range(g.*)", of("range", "5 3 8 8 10 12 14 16 18 20 22 24")],
    ["rangeOf(g.*)", of("rangeOf", "5 3 8 8 10 12 14 16 18 20 22 24")],
    ["current(g.{a,b})", [{ name: "currentSeries(g.{a,b})", values: B_OR_A }]],
    ["lastSeries(g.{a,b})", [{ name: "lastSeries(g.{a,b})", values: B_OR_A }]],
    ["first(g.b,g.a)", [{ name: "firstSeries(g.b,g.a)", values: B_OR_A }]],
    ["median(g.nothing)", []],
  ]);
});

const B_OR_A = "2 2 6 8 10 12 14 16 18 20 22 24";

test("groupByNode still takes these names as aggregates", (t) => {
  for (const name of ["count", "max", "min", "diff", "multiply", "total", "range", "last"]) {
    const [grouped] = evaluateTarget(`groupByNode(g.*,0,"${name}")`, ROWS);
    const [aggregated] = evaluateTarget(`aggregate(g.*,"${name}")`, ROWS);
    t.deepEqual({ ...grouped!, name: aggregated!.name }, aggregated!, name);
  }
});

test("aliasByBase64 decodes a name or a node, and leaves what is not Base64", (t) => {
  check(t, [
    ["aliasByBase64(bWV0cmlj*)", [{ name: "metric.name", tags: { name: "metric.name" } }]],
    ["aliasByBase64(q.bm*,2)", [{ name: "q.name", tags: { name: "q.name" } }]],
    ["aliasByBase64(q.bm*)", [{ name: "q.bmFtZQ==" }]],
    ["aliasByBase64(q.not*,2)", [{ name: "q.not,base64" }]],
    ["aliasByBase64(q.bm*,3)", [{ name: "q.bmFtZQ==" }]],
    // A single byte 0xff is no text.
    ["aliasByBase64(q./w*,2)", [{ name: "q./w==" }]],
  ]);
});

test("toUpperCase and toLowerCase change the tag as well", (t) => {
  check(t, [
    ["toUpperCase(g.a)", [{ name: "G.A", tags: { name: "G.A" } }]],
    ["toUpperCase(met.63.x,0,5,99,-1)", [{ name: "Met.63.x" }]],
    ["toUpperCase(met.63.x,0,7)", [{ name: "Met.63.X" }]],
    ["toLowerCase(toUpperCase(g.a))", [{ name: "g.a", tags: { name: "g.a" } }]],
    ["toLowerCase(scale(g.a,2))", [{ name: "scale(g.a,2)", tags: { name: "g.a" } }]],
  ]);
});

test("baseline is the median of the stretches before", (t) => {
  const of = (values: string): Expected[] => [
    { name: "baseline(usual.x)", values, start: 10, step: 10 },
  ];
  check(t, [
    ["baseline(usual.x,'30s',1,4)", of("3 4 _"), SHORT],
    ["baseline(usual.x,'-30s',1,3)", of("4 8 _"), SHORT],
    // The present, i = 0, is left out.
    ["baseline(usual.x,'30s',0,2)", of("5 12 _"), SHORT],
    ["baseline(usual.x,'+30s',-2,0)", of("4 8 _"), SHORT],
    ["baseline(usual.x,'30s',0,1)", [], SHORT],
    // One point of three is absent, and the mean is 3.5.
    ["baseline(usual.x,'30s',1,4,34,3.5)", of("3 4 _"), SHORT],
    ["baseline(usual.x,'30s',1,4,33)", [], SHORT],
    ["baseline(usual.x,'30s',1,4,34,3.6)", [], SHORT],
    ["baseline(usual.none,'30s',1,4)", [], SHORT],
    // Points meet by their time: of the second stretch only its last two are kept, of the third none.
    [
      "baseline(usual.young,'30s',1,4)",
      [{ name: "baseline(usual.young)", values: "5 8 _" }],
      SHORT,
    ],
  ]);
});

test("baselineAberration is the present as a multiple of that median", (t) => {
  const of = (values: string, name = "usual.x"): Expected[] => [
    { name: `baselineAberration(${name})`, values, start: 10, step: 10 },
  ];
  check(t, [
    ["baselineAberration(usual.x,'30s',1,4)", of("3.3333 2 _"), SHORT],
    ["baselineAberration(usual.x,'30s',1,3)", of("2.5 1 _"), SHORT],
    // Nothing is a multiple of 0; a gap of the present stays one.
    ["baselineAberration(usual.zero,'30s',1,3)", of("0 0 _", "usual.zero"), SHORT],
    ["baselineAberration(usual.x,'30s',1,4,33)", [], SHORT],
    ["baselineAberration(usual.young,'30s',2,3)", of("_ 2 _", "usual.young"), SHORT],
  ]);
});

test("countValues has a series for every whole number", (t) => {
  const rows = [row("n.x", "1 2.9 _ -0.5"), row("n.y", "1 2 -3 0")];
  const cases: Case[] = [
    [
      "countValues(n.*)",
      [
        { name: "-3", values: "0 0 1 0" },
        { name: "0", values: "0 0 0 2" },
        { name: "1", values: "2 0 0 0" },
        { name: "2", values: "0 2 0 0" },
      ],
      FORTY,
    ],
    ["countValues(n.*,3)", [{ name: "valuesLimitReached", values: "0 0 0 0" }], FORTY],
    ["countValues(n.none)", []],
  ];
  check(t, cases, rows);
});

test("ewma begins at the first value, and a gap changes nothing", (t) => {
  const values = "5 4 6 3.5 6.25 4.125 5.5625 4.7812 5.3906 2.6953 6.3477 9.1738";
  check(t, [
    ["ewma(g.c,0.5)", [{ name: "ewma(g.c,0.5)", values }]],
    ["exponentialWeightedMovingAverage(g.c,0.5)", [{ name: "ewma(g.c,0.5)", values }]],
    ["ewma(g.b,0.5)", [{ name: "ewma(g.b,0.5)", values: "2 _ 4 6 8 10 12 14 16 18 20 22" }]],
  ]);
});

test("fft and ifft", (t) => {
  const abs: Expected = {
    name: "fft(g.c,abs)",
    values: "67 8.1493 11.5326 13 14.1067 9.8787 23 9.8787 14.1067 13 11.5326 8.1493",
  };
  const phase: Expected = {
    name: "fft(g.c,phase)",
    values: "0 0.4622 1.1224 1.9656 3.0185 2.5674 0 -2.5674 -3.0185 -1.9656 -1.1224 -0.4622",
  };
  check(t, [
    ["fft(g.c)", [abs, phase]],
    ["fft(g.c,'both')", [abs, phase]],
    ["fft(g.c,'all')", [abs, phase]],
    ["fft(g.c,'abs')", [abs]],
    ["fft(g.c,'phase')", [phase]],
    [
      "ifft(fft(g.c,'abs'),fft(g.c,'phase'))",
      [
        {
          name: "ifft(fft(g.c,abs),fft(g.c,phase))",
          values: "5 3 8 1 9 2 7 4 6 0 10 12",
          start: 10,
          step: 10,
        },
      ],
    ],
    ["fft(g.none)", []],
  ]);
  // 1 0 1 0 is half of 2 2 0 0 everywhere; a gap counts as 0 both ways.
  const rows = [row("f.x", "1 _ 1 0"), row("f.flat", "4 _ 0 0")];
  const cases: Case[] = [
    ["fft(f.x,'abs')", [{ name: "fft(f.x,abs)", values: "2 0 2 0" }], FORTY],
    ["ifft(f.flat)", [{ name: "ifft(f.flat)", values: "1 1 1 1" }], FORTY],
  ];
  check(t, cases, rows);
});

test("heatMap takes each bucket less the one below it", (t) => {
  check(t, [
    [
      "heatMap(r.*)",
      [
        { name: "heatMap(r.le2,r.le1)", values: "1 2 2 3 4 5 6 6 7 8 9 10" },
        { name: "heatMap(r.le3,r.le2)", values: "0 0 1 1 1 2 2 2 3 3 3 4" },
      ],
    ],
    ["heatMap(r.le1)", []],
    ["heatMap(r.none)", []],
  ]);
  // The first five points decide.
  check(
    t,
    [["heatMap(h.*)", [{ name: "heatMap(h.b,h.a)", values: "1 1 1 1 1 -98 _ _ _ _ _ _" }]]],
    [row("h.a", "1 1 1 1 1 100"), row("h.b", "2 2 2 2 2 2")],
  );
  // Only the third point is known in all: there b is least.
  const rows = [row("h.a", "1 _ 9 5"), row("h.b", "7 2 3 _"), row("h.c", "_ 3 12 6")];
  const cases: Case[] = [
    [
      "heatMap(h.*)",
      [
        { name: "heatMap(h.a,h.b)", values: "-6 _ 6 _", tags: { name: "h.a" } },
        { name: "heatMap(h.c,h.a)", values: "_ _ 3 1", tags: { name: "h.c" } },
      ],
      FORTY,
    ],
  ];
  check(t, cases, rows);
});

test("highestMin, lowestMax and lowestMin", (t) => {
  check(t, [
    ["highestMin(g.*,2)", [{ name: "g.b" }, { name: "g.a" }]],
    ["lowestMax(g.*,2)", [{ name: "g.z" }, { name: "g.a" }]],
    ["lowestMin(g.{a,b,c},2)", [{ name: "g.c" }, { name: "g.a" }]],
    ["lowestMin(g.{a,b},0)", []],
    // A series without values is never chosen, but left where all are.
    ["lowestMin(group(empty.x,g.a),1)", [{ name: "g.a" }]],
    ["lowestMin(group(empty.x,g.a),3)", [{ name: "empty.x" }, { name: "g.a" }]],
  ]);
});

test("integralWithReset begins anew where the other series is not 0", (t) => {
  check(t, [
    [
      "integralWithReset(g.a,g.c)",
      [{ name: "integralWithReset(g.a,g.c)", values: "0 0 0 0 0 0 0 0 0 10 0 0" }],
    ],
    [
      "integralWithReset(g.b,g.z)",
      [{ name: "integralWithReset(g.b,g.z)", values: "2 _ 8 16 26 38 52 68 86 106 128 152" }],
    ],
    ["integralWithReset(g.a,g.none)", []],
  ]);
  const rows = [row("i.x", "1 _ 3 4"), row("i.reset", "_ 1 0 _")];
  const cases: Case[] = [
    [
      "integralWithReset(i.x,i.reset)",
      [{ name: "integralWithReset(i.x,i.reset)", values: "1 _ 3 7" }],
      FORTY,
    ],
  ];
  check(t, cases, rows);
});

test("isNotNull answers as isNonNull", (t) => {
  check(t, [
    [
      "isNotNull(g.b)",
      [{ name: "isNonNull(g.b)", values: "1 0 1 1 1 1 1 1 1 1 1 1", tags: { isNonNull: "1" } }],
    ],
  ]);
});

test("join compares names", (t) => {
  const names = (...list: string[]): Expected[] => list.map((name) => ({ name }));
  check(t, [
    ["join(g.*,g.{a,b},'xor')", names("g.c", "g.z")],
    ["join(g.*,group(g.a,r.le1))", names("g.a")],
    ["join(g.{a,b},g.{b,c},'AND')", names("g.b")],
    ["join(g.{a,b},g.{b,c},'OR')", names("g.a", "g.b", "g.c")],
    ["join(g.{a,b},g.{b,c},'Xor')", names("g.a", "g.c")],
    ["join(g.{a,b},g.{b,c},type='sub')", names("g.a")],
  ]);
});

test("kolmogorovSmirnovTest2", (t) => {
  check(t, [
    [
      "ksTest2(g.a,g.c,4)",
      [
        {
          name: "kolmogorovSmirnovTest2(g.a,g.c,4)",
          values: "_ _ _ _ .6994 .6994 .6994 .6994 .6994 .2106 .2106 .6994",
          start: 10,
        },
      ],
    ],
    // Equal samples are surely alike, also where both have the same gap.
    [
      "kolmogorovSmirnovTest2(g.b,g.b,3)",
      [
        {
          name: "kolmogorovSmirnovTest2(g.b,g.b,3)",
          values: "_ _ _ 1 1 1 1 1 1 1 1 1",
        },
      ],
    ],
    // D = 1 of two samples of one value each: 2 (e^-1 - e^-4 + e^-9 - ...)
    [
      "kolmogorovSmirnovTest2(g.z,g.b,1)",
      [
        {
          name: "kolmogorovSmirnovTest2(g.z,g.b,1)",
          values: "_ _ .6994 .6994 .6994 .6994 .6994 .6994 .6994 .6994 .6994 .6994",
        },
      ],
    ],
    [
      "ksTest2(g.a,g.c,99)",
      [{ name: "kolmogorovSmirnovTest2(g.a,g.c,99)", values: "_ _ _ _ _ _ _ _ _ _ _ _" }],
    ],
    ["ksTest2(g.a,g.none,4)", []],
  ]);
});

test("logarithm keeps its spelling", (t) => {
  const rows = [row("l.x", "1000 _ 0 -1")];
  const cases: Case[] = [
    ["logarithm(l.x)", [{ name: "logarithm(l.x)", values: "3 _ _ _", tags: { log: "10" } }], FORTY],
    ["logarithm(l.x,1e6)", [{ name: "logarithm(l.x,1000000)", values: "0.5 _ _ _" }], FORTY],
  ];
  check(t, cases, rows);
});

test("lowPass keeps both ends", (t) => {
  const of = (percent: string, values: string): Case => [
    `lowPass(g.a,${percent})`,
    [{ name: `lowPass(g.a,${percent})`, values }],
  ];
  check(t, [
    of("50", "1 2 3 _ _ _ _ _ _ 10 11 12"),
    of("49.9", "1 2 _ _ _ _ _ _ _ _ 11 12"),
    of("0", "_ _ _ _ _ _ _ _ _ _ _ _"),
    of("100", "1 2 3 4 5 6 7 8 9 10 11 12"),
    ["lpf(g.a,0.5)", [{ name: "lowPass(g.a,0.5)", values: "_ _ _ _ _ _ _ _ _ _ _ _" }]],
  ]);
});

test("pearson", (t) => {
  check(t, [
    [
      "pearson(g.a,g.c,4)",
      [
        {
          name: "pearson(g.a,g.c,4)",
          values: "_ _ _ -.3026 .3677 -.3162 .3677 -.4152 .524 -.7924 .3721 .6831",
          start: 10,
        },
      ],
    ],
    // A gap is left out: the pairs that are left are (1, 2), (3, 6) and so on.
    ["pearson(g.a,g.b,3)", [{ name: "pearson(g.a,g.b,3)", values: "_ _ 1 1 1 1 1 1 1 1 1 1" }]],
    // A constant correlates with nothing.
    ["pearson(g.a,g.z,3)", [{ name: "pearson(g.a,g.z,3)", values: "_ _ _ _ _ _ _ _ _ _ _ _" }]],
    ["pearson(g.none,g.a,4)", []],
  ]);
});

test("pearsonClosest", (t) => {
  check(t, [
    ["pearsonClosest(g.a,g.{b,c,z},2)", [{ name: "g.b" }, { name: "g.c" }]],
    ["pearsonClosest(g.none,g.{b,c,z},2)", []],
  ]);
  const rows = [
    row("p.ref", "1 2 3 4"),
    row("p.down", "4 3 2 1"),
    row("p.near", "1 2 4 3"),
    row("p.coarse", "1 2", { start: T0 + 20, step: 20 }),
    row("p.up", "2 3 4 5"),
  ];
  const names = (...list: string[]): Expected[] => list.map((name) => ({ name }));
  const cases: Case[] = [
    ["pearsonClosest(p.ref,p.{down,near,coarse,up},2)", names("p.down", "p.up"), FORTY],
    ["pearsonClosest(p.ref,p.{down,near,up},2,'pos')", names("p.up", "p.near"), FORTY],
    ["pearsonClosest(p.ref,p.{down,near,up},1,direction='neg')", names("p.down"), FORTY],
    ["pearsonClosest(p.ref,p.{down,near,up},9)", names("p.down", "p.up", "p.near"), FORTY],
  ];
  check(t, cases, rows);
});

test("polyfit fits and draws on", (t) => {
  const line =
    "3.6795 4.0256 4.3718 4.7179 5.0641 5.4103 5.7564 6.1026 6.4487 6.7949 7.1410 7.4872";
  check(t, [
    ["polyfit(g.c)", [{ name: "polyfit(g.c)", values: line }]],
    ["polyfit(g.c,1)", [{ name: "polyfit(g.c,1)", values: line }]],
    ["polyfit(g.c,offset='9s')", [{ name: "polyfit(g.c,1,'9s')", values: line }]],
    [
      "polyfit(g.c,2,'20s')",
      [
        {
          name: "polyfit(g.c,2,'20s')",
          values:
            "5.7720 4.9768 4.4098 4.0712 3.9608 4.0787 4.4248 4.9993 5.8019 6.8329 8.0922 9.5797 11.2955 13.2395",
        },
      ],
    ],
    // The gap at the second point is filled by the line that all others are on.
    ["polyfit(g.b)", [{ name: "polyfit(g.b)", values: "2 4 6 8 10 12 14 16 18 20 22 24" }]],
    ["polyfit(empty.x)", [{ name: "polyfit(empty.x)", values: "_ _ _ _ _ _ _ _ _ _ _ _" }]],
  ]);
  const rows = [row("f.square", "_ 1 4 9"), row("f.one", "_ 5 _ _")];
  const cases: Case[] = [
    [
      "polyfit(f.square,2,'25s')",
      [{ name: "polyfit(f.square,2,'25s')", values: "0 1 4 9 16 25" }],
      FORTY,
    ],
    // Three points have no more than a parabola in them.
    ["polyfit(f.square,7)", [{ name: "polyfit(f.square,7)", values: "0 1 4 9" }], FORTY],
    ["polyfit(f.one)", [{ name: "polyfit(f.one)", values: "_ _ _ _" }], FORTY],
  ];
  check(t, cases, rows);
});

test("powSeriesLists pairs by position or by name", (t) => {
  check(t, [
    [
      "powSeriesLists(g.a,g.c)",
      [
        {
          name: "powSeries(g.a,g.c)",
          values: "1 8 6561 4 1953125 36 823543 4096 531441 1 25937424601 8916100448256",
        },
      ],
    ],
    // A gap stays one even where it is raised to 0.
    [
      "powSeriesLists(g.b,g.z)",
      [{ name: "powSeries(g.b,g.z)", values: "1 _ 1 1 1 1 1 1 1 1 1 1" }],
    ],
  ]);
  const rows = [
    row("a.y", "2 3 0 -1"),
    row("a.x", "1 2 3 _"),
    row("a2.large", "1e200 2 3 4"),
    row("b.y", "2 2 -1 0.5"),
    row("b.x", "0 1 2 3"),
  ];
  const y: Expected = { name: "powSeries(a.y,b.y)", values: "4 9 _ _" };
  const x: Expected = { name: "powSeries(a.x,b.x)", values: "1 2 9 _" };
  const xAlone: Expected = { name: "powSeries(a.x,a.x)", values: "1 4 9 _" };
  const yy: Expected = { name: "powSeries(a.y,a.y)", values: "4 27 1 -1" };
  const cases: Case[] = [
    ["powSeriesLists(a.*,b.*)", [x, y], FORTY],
    // What is too large for a number is a gap.
    [
      "powSeriesLists(a2.*,b.y)",
      [{ name: "powSeries(a2.large,b.y)", values: "_ 4 .3333 2" }],
      FORTY,
    ],
    ["powSeriesLists(a.*,b.y)", [{ name: "powSeries(a.x,b.y)" }, y], FORTY],
    ["powSeriesLists(a.*,a.*,true)", [{ ...xAlone, values: "1 4 27 _" }, yy], FORTY],
    // By name, nothing fits; of three and two series neither.
    ["powSeriesLists(a.*,b.*,true)", [], FORTY],
    ["powSeriesLists(group(a.*,b.x),b.*)", [{ name: "powSeries(b.x,b.x)" }], FORTY],
    ["powSeriesLists(a.x,b.none,true,2)", [xAlone], FORTY],
    ["powSeriesLists(a.x,b.none)", [], FORTY],
    [
      "powSeriesLists(a.none,b.x,default=2)",
      [{ name: "powSeries(b.x,b.x)", values: "1 2 4 8" }],
      FORTY,
    ],
    [
      "powSeriesLists(a.*,group(a.x,b.x),true,0)",
      [
        { name: "powSeries(a.x,a.x)", values: "1 4 27 _" },
        { name: "powSeries(a.y,a.y)", values: "1 1 1 1" },
      ],
      FORTY,
    ],
  ];
  check(t, cases, rows);
});

test("removeZeroSeries", (t) => {
  const of = (factor: string, ...names: string[]): Expected[] =>
    names.map((name) => ({ name, tags: { removeZeroSeries: factor } }));
  check(t, [
    ["removeZeroSeries(g.*)", of("0", "g.a", "g.b", "g.c")],
    ["removeZeroSeries(g.*,0.95)", of("0.95", "g.a")],
    ["removeZeroSeries(g.*,0.9)", of("0.9", "g.a", "g.b", "g.c")],
    ["removeZeroSeries(empty.x)", []],
  ]);
});

test("scaleAfterTimestamp", (t) => {
  const of = (time: number, values: string): Case => [
    `scaleAfterTimestamp(g.a,10,${time})`,
    [{ name: `scale(g.a,10,${time})`, values }],
  ];
  check(t, [
    of(T0 + 60, "1 2 3 4 5 60 70 80 90 100 110 120"),
    of(T0 + 51, "1 2 3 4 5 60 70 80 90 100 110 120"),
    of(T0 - 99, "10 20 30 40 50 60 70 80 90 100 110 120"),
    of(T0 + 999, "1 2 3 4 5 6 7 8 9 10 11 12"),
  ]);
});

test("slo is the share of good points, and its budget the seconds that are left", (t) => {
  check(t, [
    [
      "slo(g.a,'30s','above',5)",
      [{ name: "slo(g.a, 30s, above, 5)", values: "0 .3333 1 1", start: 10, step: 30 }],
    ],
    [
      "sloErrorBudget(g.a,'30s','above',5,0.9)",
      [
        {
          name: "sloErrorBudget(g.a, 30s, above, 5, 0.9)",
          values: "-27 -17 3 3",
          start: 10,
          step: 30,
        },
      ],
    ],
    // The last bucket has two points of five.
    [
      "slo(g.a,'50s','belowOrEqual',11)",
      [{ name: "slo(g.a, 50s, belowOrEqual, 11)", values: "1 1 .5", step: 50 }],
    ],
    [
      "sloErrorBudget(g.a,'50s','below',11,0.5)",
      [{ name: "sloErrorBudget(g.a, 50s, below, 11, 0.5)", values: "25 25 -10" }],
    ],
    // Gaps do not count, and nothing but gaps is one.
    [
      "slo(g.b,'20s','aboveOrEqual',8)",
      [{ name: "slo(g.b, 20s, aboveOrEqual, 8)", values: "0 .5 1 1 1 1" }],
    ],
    [
      "slo(g.b,'10s','above',1)",
      [{ name: "slo(g.b, 10s, above, 1)", values: "1 _ 1 1 1 1 1 1 1 1 1 1" }],
    ],
    // Longer than the request: 5 12 _ from before it, 10 8 4 in it.
    [
      "slo(usual.x,'60s','above',5)",
      [{ name: "slo(usual.x, 60s, above, 5)", values: ".6", start: -20, step: 60 }],
      SHORT,
    ],
  ]);
});

test("timeShiftByMetric lays releases over each other", (t) => {
  // 63_0 ends at point 1, 64_1 at 5 (64_2 has no values), 65_0 at 8; 99 has no mark.
  check(
    t,
    [
      [
        "timeShiftByMetric(met.*.x,mark.*,1)",
        [
          { name: "timeShiftByMetric(met.63.x)", start: 80 },
          { name: "timeShiftByMetric(met.64.x)", start: 40 },
          {
            name: "timeShiftByMetric(met.65.x)",
            start: 10,
            step: 10,
            values: "1 2 3 4 5 6 7 8 9 10 11 12",
          },
        ],
      ],
      ["timeShiftByMetric(met.*.x,mark.notes*,1)|limit(0)", [], { window: SHORT.window! }],
    ].slice(0, 1) as Case[],
  );
});

test("tukeyAbove and tukeyBelow find outliers", (t) => {
  const names = (...list: string[]): Expected[] => list.map((name) => ({ name }));
  check(t, [
    ["tukeyAbove(g.*,0.1,2)", names("g.b", "g.a")],
    ["tukeyBelow(g.*,0.1,2)", []],
    ["tukeyAbove(g.*,0.1,0)", []],
  ]);
  // In order: -9 0 0 1 1 1 2 2 2 3 3 9; Q1 is 1, Q3 is 3, so the bounds are 5 and -1.
  const rows = [
    row("o.low", "1 1 -9 0"),
    row("o.high", "9 2 3 _"),
    row("o.flat", "1 2 3 2"),
    row("o.zero", "0 _ _ _"),
  ];
  const cases: Case[] = [
    ["tukeyAbove(o.*,1,5)", names("o.high"), FORTY],
    ["tukeyBelow(o.*,1,5)", names("o.low"), FORTY],
    // A value at the bound is beyond it: Q1 - 0.5 IQR is 0.
    ["tukeyBelow(o.*,0.5,5)", names("o.low", "o.zero"), FORTY],
    // 9 is in the first of four points only.
    ["tukeyAbove(o.high,1,5,3)", [], FORTY],
    // The first two points of all are 0 1 1 1 2 2 9, so the bound is 2 + 1.
    ["tukeyAbove(o.*,1,5,-2)", names("o.high"), FORTY],
    ["tukeyAbove(o.*,1,5,'-20s')", names("o.high"), FORTY],
    // The first points are 0 1 1 9, so it is 9 + 8.
    ["tukeyAbove(o.*,1,5,-3)", [], FORTY],
    ["tukeyAbove(o.*,1,5,99)", names("o.high"), FORTY],
  ];
  check(t, cases, rows);
});

test("wrong arguments are refused with a reason", (t) => {
  const cases: [target: string, reason: RegExp, options?: Options][] = [
    ["aliasByBase64(g.a,0)", /node must be a number from 1 on, not 0/],
    ["baseline(g.a,'1d')", /needs start/],
    ["baseline(g.a,'1d',3,3)", /end - start must be between 1 and 100, not 0/],
    ["baseline(g.a,'1d',0,101)", /end - start/],
    // Where numbers have no successor, counting up would never end.
    ["baseline(g.a,'1d',9007199254740992,9007199254740994)", /start must be between/],
    ["baseline(g.a,'0s',1,2)", /unit must be longer than nothing/],
    ["baselineAberration(g.a,'999y',1,2)", /unit .* at most 100 years/],
    ["countValues(g.a,0)", /valuesLimit/],
    ["ewma(g.a,1.5)", /alpha must be between 0 and 1/],
    ["fft(g.a,'real')", /mode must be abs, phase or both, not real/],
    ["ifft(g.*,g.a)", /absSeries has 4 series and phaseSeries 1/],
    ["heatMap(group(g.a,p.coarse))", /g\.a and p\.coarse must have the same step/],
    ["highestMin(g.*,-1)", /n must be a number from 0 on/],
    ["integralWithReset(g.a,g.*)", /resettingSeries must be one series: this one matches 4/],
    ["integralWithReset(g.a,p.coarse)", /same step/],
    ["join(g.a,g.b,'NOR')", /type must be AND, OR, XOR or SUB, not NOR/],
    ["ksTest2(g.*,g.a,4)", /seriesA must be one series/],
    ["ksTest2(g.a,g.b,0)", /window must be a number from 1 on/],
    ["logarithm(g.a,1)", /no logarithm to the base 1/],
    ["lowPass(g.a,101)", /percent must be between 0 and 100/],
    ["pearson(g.a,g.*,4)", /seriesB must be one series/],
    ["pearsonClosest(g.a,g.*,1,'up')", /direction must be abs, pos or neg, not up/],
    ["polyfit(g.a,0)", /degree must be between 1 and 20/],
    ["polyfit(g.a,1,'-1d')", /offset must be a number from 0 on/],
    ["polyfit(g.a,1,'1y')", /datapoints are too many: use a shorter offset/],
    ["powSeriesLists(g.{a,b},g.{a,b,c},false)", /the lists have 2 and 3 series/],
    ["removeZeroSeries(g.a,2)", /xFilesFactor must be between 0 and 1/],
    ["slo(g.a,'0s','above',5)", /interval must be longer than nothing/],
    ["slo(g.a,'1min','over',5)", /method must be one of above, aboveOrEqual/],
    ["slo(g.*,'1s','above',5)", /use a longer interval/, { maxDatapoints: 479 }],
    ["timeShiftByMetric(g.a,mark.*,1)", /two series and two marks are the least/],
    ["timeShiftByMetric(group(g.a,p.coarse),mark.*,1)", /same step/],
    ["tukeyAbove(g.*,1,-1)", /n must be/],
  ];
  const rows = [...ROWS, row("p.coarse", "1 2", { start: T0 + 20, step: 20 })];
  for (const [target, message, options] of cases) {
    const error = t.throws(() => evaluateTarget(target, rows, options), { message }, target);
    t.true(error instanceof GraphiteError && error.status === 400, target);
  }
});

test("windows that would take too long are refused", (t) => {
  const window = { from: T0, until: T0 + 300_000 };
  const rows = [row("long.a", [1, 2]), row("long.b", [1, 2])];
  for (const name of ["pearson", "ksTest2"]) {
    const target = `${name}(long.a,long.b,15000)`;
    t.throws(() => evaluateTarget(target, rows, { window }), { message: /too much work/ });
  }
});

test("/functions says whose a function is", (t) => {
  const moduleOf = (name: string): unknown =>
    (JSON.parse(functionsJson({ name }) ?? "{}") as { module?: string }).module;
  for (const name of ["ewma", "ksTest2", "max", "slo"]) t.is(moduleOf(name), "carbonapi");
  for (const name of ["maxSeries", "scale"]) t.is(moduleOf(name), "graphite.render.functions");
});

test("no name means two functions", (t) => {
  const names = FUNCTIONS.flatMap((fn) => [fn.name, ...fn.aliases]);
  t.is(names.length, functionNames().length);
});
