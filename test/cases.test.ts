import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import test from "ava";
import { FUNCTIONS } from "../src/functions/index.ts";
import { render } from "../src/render/render.ts";
import { type CaseAnswer, problemOf } from "./case-problem.ts";
import { type CaseStep, parseCaseScript } from "./case-script.ts";
import { MemorySource } from "./memory-source.ts";

const FOLDER = "test/cases";
const LIMITS = { maxSeries: 1000, maxDatapoints: 1_000_000, seconds: 60 };

async function answerOf({ target, series, request }: CaseStep): Promise<CaseAnswer> {
  const { broken, body } = await render(
    {
      targets: [target],
      format: "json",
      from: String(request.from),
      until: String(request.until),
      now: String(request.now),
      tz: request.tz,
      timeZone: "UTC",
      maxDataPoints: request.maxDataPoints,
      xFilesFactor: request.xFilesFactor,
      variables: {},
      limits: LIMITS,
    },
    new MemorySource(series),
  );
  const text = Buffer.from(body).toString();
  return { message: broken[0]?.reason ?? null, series: JSON.parse(text) as CaseAnswer["series"] };
}

function folderOf(group: string): string {
  return group.toLowerCase().replace(" ", "-");
}

const scripts = readdirSync(FOLDER).flatMap((folder) =>
  readdirSync(`${FOLDER}/${folder}`).map((file) => `${folder}/${file}`),
);

for (const path of scripts) {
  test(`${path.replace(".case", "")} answers as its script says`, async (t) => {
    const problems: string[] = [];
    for (const step of parseCaseScript(readFileSync(`${FOLDER}/${path}`, "utf8"))) {
      const problem = problemOf(step, await answerOf(step));
      if (problem !== null) problems.push(`${path}:${step.line} ${step.target}: ${problem}`);
    }
    t.deepEqual(problems, []);
  });
}

test("every function of Graphite has a script that calls it", (t) => {
  for (const { name, group, origin } of FUNCTIONS) {
    if (origin !== "graphite") continue;
    const path = `${FOLDER}/${folderOf(group)}/${name}.case`;
    if (!existsSync(path)) {
      t.fail(`there is no ${path}`);
      continue;
    }
    const steps = parseCaseScript(readFileSync(path, "utf8"));
    t.true(
      steps.some(({ target }) => target.includes(`${name}(`)),
      `${path} never calls ${name}`,
    );
  }
});

test("every script is of a function", (t) => {
  const known = new Set(FUNCTIONS.map(({ name, group }) => `${folderOf(group)}/${name}.case`));
  t.deepEqual(
    scripts.filter((path) => !known.has(path)),
    [],
    basename(FOLDER),
  );
});
