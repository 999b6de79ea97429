import { type ChildProcess, execFile } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import test, { type ExecutionContext } from "ava";
import { eventually, TestServer, temporaryFolder } from "../server.ts";

/** Pages in a real browser that make the calls of istatd's own pages, which we do not have. */
const CHROMIUM = "/usr/bin/chromium";
const folder = temporaryFolder();
const running = new Set<ChildProcess>();

test.after.always(() => {
  for (const child of running) child.kill("SIGKILL");
  TestServer.killAll();
  folder.remove();
});

function isMissing(t: ExecutionContext): boolean {
  if (existsSync(CHROMIUM)) return false;
  t.log(`skipped: ${CHROMIUM} of Debian's chromium is not there`);
  t.false(existsSync(CHROMIUM));
  return true;
}

/** What a page has written into itself, when it has asked everything. */
async function textOf(url: string): Promise<unknown> {
  const flags = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    `--user-data-dir=${folder.path}/profile`,
    "--virtual-time-budget=20000",
    "--dump-dom",
  ];
  const html = await new Promise<string>((resolve, reject) => {
    const child = execFile(CHROMIUM, [...flags, url], { timeout: 60_000 }, (error, stdout) => {
      running.delete(child);
      if (error !== null && stdout === "") reject(error);
      else resolve(stdout);
    });
    running.add(child);
  });
  const [, text = "null"] = /<pre>(.*?)<\/pre>/s.exec(html) ?? [];
  return JSON.parse(text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&"));
}

/** A page that asks `base` and shows the answers. */
const page = (
  base: string,
  start: number,
  stop: number,
): string => `<!DOCTYPE html><pre></pre><script>
const ask = async (url, body) => {
  try {
    const answer = await fetch("${base}" + url, body === undefined ? {} : { method: "POST", body: JSON.stringify(body) });
    return [answer.status, await answer.json()];
  } catch (error) { return [0, error.name]; }
};
(async () => {
  const found = {
    names: await ask("/?q=*"),
    users: await ask("/?s=users"),
    data: await ask("/*", { start: ${start}, stop: ${stop}, keys: ["page.load.host.a"], maxSamples: 600 }),
    saved: await ask("/?s=me", { "dashboard.one": "{}" }),
    dashboards: await ask("/?s=me&sk=dashboard.*"),
    agents: await ask("/?a=*"),
  };
  document.querySelector("pre").textContent = JSON.stringify(found);
})();
</script>`;

test.serial(
  "a page of its own reads and writes through istatd's API, one of another site only reads counters",
  async (t) => {
    if (isMissing(t)) return;
    const files = `${folder.path}/files`;
    mkdirSync(files);
    const now = Math.floor(Date.now() / 1000);
    writeFileSync(`${files}/index.html`, page("", now - 60, now + 10));
    const server = await TestServer.start(`${folder.path}/data`, ["--files-dir", files]);
    await server.send("istat", `page.load^host.a^class.b ${now} 12.5\n`);
    const base = `http://${server.listen.istatHttp}`;
    await eventually(async () => ((await fetch(`${base}/page.load.host.a`)).ok ? true : undefined));

    const own = (await textOf(`${base}/`)) as Record<string, [number, never]>;
    t.deepEqual(
      Object.values(own).map(([status]) => status),
      [200, 200, 200, 200, 200, 200],
    );
    const { matching_names: names } = own.names![1] as { matching_names: { name: string }[] };
    t.true(names.some(({ name }) => name === "page.load.host.a"));
    const { data } = own.data![1]["page.load.host.a"] as { data: { avg: number }[] };
    t.is(data[0]!.avg, 12.5);
    t.deepEqual(own.dashboards![1], { "dashboard.one": "{}" } as never);

    const other = createServer((_request, response) => {
      response.setHeader("content-type", "text/html");
      response.end(page(base, now - 60, now + 10).replace('"{}"', '"stolen"'));
    });
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
    const { port } = other.address() as { port: number };
    const foreign = (await textOf(`http://127.0.0.1:${port}/`)) as Record<string, [number, never]>;
    other.close();
    t.is(foreign.data![0], 200);
    for (const what of ["names", "users", "saved", "dashboards", "agents"])
      t.is(foreign[what]![0], 0, what);
    t.deepEqual(await (await fetch(`${base}/?s=me`)).json(), { "dashboard.one": "{}" });
    await server.stop();
  },
);
