import { writeFileSync } from "node:fs";
import test from "ava";
import { readQuotas } from "../../src/config/quotas.ts";
import { Quotas } from "../../src/ingest/quotas.ts";
import { eventually, runCommand, TestServer, temporaryFolder } from "../server.ts";
import { IngestHarness, NOW } from "./ingest-harness.ts";

const T = NOW - 40;

test.after.always(() => TestServer.killAll());

function quotasOf(text: string, names: string[] = [], perMinute = 0, now = () => 0): Quotas {
  const series = { next: names.length, nameOf: (number: number) => names[number] ?? "" };
  const quotas = new Quotas(series, perMinute, now);
  quotas.setRules(readQuotas(text).rules);
  quotas.turn();
  return quotas;
}

test("a quota counts each prefix by itself, and all quotas that match count", (t) => {
  const text =
    "[tenant]\npattern = tenants.*\nlimit = 2\n[all]\npattern = tenants\nlimit = 3\n[told]\npattern = {tenants,x.y}.*\nlimit = 1\naction = log\n";
  const quotas = quotasOf(text, [
    "tenants.a.one",
    "tenants.a.two",
    "tenants.b;dc=1",
    "other.x",
    "",
  ]);
  t.is(quotas.refusalOf("tenants.a.three"), "quota-tenant");
  t.is(quotas.refusalOf("tenants.a;host=x"), "quota-tenant");
  t.is(quotas.refusalOf("tenants.b.x"), "quota-all");
  t.is(quotas.refusalOf("tenants"), "quota-all");
  t.is(quotas.refusalOf("tenant.a.x"), null);
  t.is(quotas.refusalOf("other.a.x"), null);
  t.is(quotas.refusalOf("x.y.z"), null);
  quotas.created("x.y.z", false);
  t.is(quotas.overCount, 0);
  t.is(quotas.refusalOf("x.y.z.z"), null);
  t.is(quotas.overCount, 1);
  t.deepEqual(quotas.refusing, [
    "quota tenant: below tenants.a there are 2 series, 2 new ones refused so far",
    "quota all: below tenants there are 3 series, 2 new ones refused so far",
  ]);
  t.deepEqual(quotas.exceeded, [
    "quota told: below x.y.z there are 1 series, 1 new ones let in so far",
  ]);
});

test("old rules hold until all series are counted by the new ones, each series once", (t) => {
  const names = Array.from({ length: 12_000 }, (_, i) => `a.${i}`);
  const series = { next: 11_000, nameOf: (number: number) => names[number]! };
  const quotas = new Quotas(series, 0, () => 0);
  const rulesOf = (limit: number) => readQuotas(`[a]\npattern = a\nlimit = ${limit}\n`).rules;
  quotas.setRules(rulesOf(11_400));
  quotas.turn();
  t.is(quotas.refusalOf("a.x"), null);
  quotas.turn();
  const create = (until: number): void => {
    for (; series.next < until; series.next++) {
      t.is(quotas.refusalOf(names[series.next]!), null);
      quotas.created(names[series.next]!, false);
    }
  };
  create(11_400);
  t.is(quotas.refusalOf("a.x"), "quota-a");
  quotas.setRules(rulesOf(12_000));
  quotas.turn();
  t.is(quotas.refusalOf("a.x"), "quota-a");
  quotas.turn();
  create(12_000);
  t.is(quotas.refusalOf("a.x"), "quota-a");
});

test("new series are as many a minute as allowed, and an idle server saves up", (t) => {
  let now = 1000;
  const quotas = quotasOf("", [], 60, () => now);
  let created = 0;
  const create = (): number => {
    let count = 0;
    for (; quotas.refusalOf(`s${created}`) === null; count++) {
      quotas.created(`s${created}`, false);
      created++;
    }
    return count;
  };
  t.is(create(), 6000);
  now += 10;
  t.is(create(), 10);
  t.regex(quotas.refusing.join(), /^more than 60 new series a minute, 2 refused so far/);
  now -= 500;
  t.is(create(), 0);
  now += 100_000;
  t.is(create(), 6000);
  now += 61;
  t.deepEqual(quotas.refusing, []);
});

test("sections that make no sense are left out by name", (t) => {
  const bad = [
    "[a b]\npattern = x\nlimit = 1",
    "[n1]\nlimit = 1",
    "[n2]\npattern = a..b\nlimit = 1",
    "[n3]\npattern = **.x\nlimit = 1",
    "[n4]\npattern = x\nlimit = many",
    "[n5]\npattern = x\nlimit = 1\naction = shout",
    "[n6]\npattern = x",
  ];
  const { rules, warnings } = readQuotas(
    `${bad.join("\n")}\n[ok]\npattern = x\nlimit = 0\n[ok]\npattern = y\nlimit = 1\n`,
  );
  t.deepEqual(
    rules.map(({ name, limit, action }) => [name, limit, action]),
    [["ok", 0, "drop"]],
  );
  t.is(warnings.length, 8);
  for (const name of ["a b", "n1", "n2", "n3", "n4", "n5", "n6", "ok"]) {
    t.true(warnings.some((warning) => warning.includes(`section [${name}] is left out`)));
  }
});

test("a refused name costs a counter, takes no place among the names, and is asked for again", (t) => {
  const folder = temporaryFolder();
  const quotas = `${folder.path}/quotas.conf`;
  writeFileSync(quotas, "[loud]\npattern = loud\nlimit = 2\n");
  const ingest = new IngestHarness({}, { quotas });
  ingest.carbon(`loud.a 1 ${T}\nquiet 2 ${T}\nloud.b 3 ${T}\n`);
  for (let i = 0; i < 500; i++) ingest.carbon(`loud.x${i} 1 ${T}\nquiet ${i} ${T}\n`);
  ingest.istat(`loud.i ${T} 1\nfree^loud.j ${T} 1\n`);
  ingest.pickle("loud.p", T, 1);
  t.deepEqual(ingest.refused, {
    "carbon quota-loud": 500,
    "istat quota-loud": 1,
    "pickle quota-loud": 1,
  });
  t.is(ingest.store.names.count, 4);
  t.is(ingest.valueAt("quiet", T), 499);
  t.is(ingest.valueAt("free.loud.j", T), 1);
  // Known names go on as before, and there is room for others when the limit grows.
  ingest.carbon(`loud.a 7 ${T}\n`);
  t.is(ingest.valueAt("loud.a", T), 7);
  const { rules } = readQuotas("[loud]\npattern = loud\nlimit = 3\n");
  ingest.intake.quotas.setRules(rules);
  ingest.intake.quotas.turn();
  ingest.carbon(`loud.x1 8 ${T}\nloud.x2 8 ${T}\n`);
  t.is(ingest.valueAt("loud.x1", T), 8);
  t.is(ingest.store.names.seriesAt("loud.x2"), -1);
  folder.remove();
});

test("a server refuses by its quotas, says so, and takes new ones on SIGHUP", async (t) => {
  const folder = temporaryFolder();
  const quotas = `${folder.path}/quotas.conf`;
  writeFileSync(quotas, "[loud]\npattern = loud.*\nlimit = 3\n");
  const server = await TestServer.start(`${folder.path}/data`, ["--quotas", quotas]);
  const now = Math.floor(Date.now() / 1000);
  const lines = Array.from({ length: 10 }, (_, i) => `loud.one.s${i} ${i} ${now}\n`).join("");
  await server.send("carbon", lines);
  const metrics = async (): Promise<string> => (await fetch(server.url("/metrics"))).text();
  await eventually(async () =>
    (await metrics()).includes('refused_total{protocol="carbon",reason="quota-loud"} 7')
      ? true
      : undefined,
  );
  const health = (await server.json("/health")) as { status: string; degraded: string[] };
  t.is(health.status, "degraded");
  t.deepEqual(health.degraded, [
    "ingest: quota loud: below loud.one there are 3 series, 7 new ones refused so far",
  ]);
  t.regex(server.log, /"reason":"quota-loud","count":1,"sample":"loud.one.s3"/);
  writeFileSync(quotas, "[loud]\npattern = loud.*\nlimit = 4\n");
  server.process.kill("SIGHUP");
  await eventually(async () => (server.log.includes("configuration reloaded") ? true : undefined));
  await server.send("carbon", lines);
  await eventually(async () => {
    const found = (await server.json("/metrics/expand?query=loud.one.*")) as { results: string[] };
    return found.results.length === 4 ? true : undefined;
  });
  t.is(await server.stop(), 0);
  writeFileSync(quotas, "[loud]\npattern = loud.*\nlimit = -4\n");
  const { code, text } = await runCommand(["config", "check", "--quotas", quotas]);
  t.is(code, 0);
  t.regex(text, /section \[loud\] is left out: limit -4 is no number of series/);
  folder.remove();
});
