import { spawn } from "node:child_process";
import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { join } from "node:path";
import test from "ava";
import { eventually, runCommand, TestServer, temporaryFolder } from "../server.ts";

const FIXTURE = "test/fixtures/istatd/29_tools_nums2file_import";
const folder = temporaryFolder();
const data = join(folder.path, "data");
const server = await TestServer.start(data);

test.after.always(() => {
  TestServer.killAll();
  folder.remove();
});

function runWith(args: readonly string[], input: string): Promise<{ code: number; text: string }> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, ["dist/src/cli/main.js", "istat", ...args]);
    let text = "";
    child.stdout.on("data", (chunk) => (text += String(chunk)));
    child.stderr.on("data", (chunk) => (text += String(chunk)));
    child.on("close", (code) => resolve({ code: code ?? -1, text }));
    child.stdin.end(input);
  });
}

async function samplesOf(name: string, start: number): Promise<Record<string, number>[]> {
  const answer = await fetch(`http://${server.listen.istatHttp}/${name}?start=${start}&samples=0`);
  if (answer.status !== 200) return [];
  const { buckets } = (await answer.json()) as { buckets: { data: Record<string, number> }[] };
  return buckets.map(({ data }) => data);
}

test("filedump and fileinfo print what istatd's tools print", async (t) => {
  const file = `${FIXTURE}/base.statfile`;
  const dump = await runCommand(["istat", "filedump", file]);
  t.deepEqual(dump, { code: 0, text: readFileSync(`${FIXTURE}/base.csv`, "utf8") });
  const full = await runCommand(["istat", "filedump", "--full", file]);
  t.deepEqual(full, { code: 0, text: readFileSync(`${FIXTURE}/base.full.txt`, "utf8") });
  const info = await runCommand(["istat", "fileinfo", file, `${FIXTURE}/none`, "package.json"]);
  t.is(info.code, 1);
  const [, ...lines] = readFileSync(`${FIXTURE}/base.fileinfo.txt`, "utf8").split("\n");
  t.true(info.text.startsWith(`${file}:\n${lines.join("\n")}`));
  t.regex(info.text, /ENOENT.*none/);
  t.regex(info.text, /package\.json: it is no StatFile/);
  t.is((await runCommand(["istat", "filedump"])).code, 2);
});

test("import writes a StatFile, or sends to a running server", async (t) => {
  const file = join(folder.path, "10s");
  copyFileSync(`${FIXTURE}/base.statfile`, file);
  const good = "100000 100 2000 10 60 4\n100020 8 64 8 8 1\n";
  const done = await runWith(
    ["import", "--stat-file", file],
    `${good}bad line\n100095 1 1 1 1 1\n`,
  );
  t.is(done.code, 1);
  t.regex(done.text, /line 3: not time sum/);
  const dump = await runCommand(["istat", "filedump", file]);
  t.is(dump.text, readFileSync(`${FIXTURE}/overwrite.csv`, "utf8"));

  const now = Math.floor(Date.now() / 10_000) * 10;
  const sent = await runWith(
    ["import", "--counter", "tools.imported", "--host", server.listen.istat!],
    `${now - 20} 10 60 1 5 4\n${now - 10} 3 9 3 3 1\n`,
  );
  t.deepEqual(sent, { code: 0, text: "" });
  const found = await eventually(async () => {
    const list = await samplesOf("tools.imported", now - 20);
    return list.length === 2 ? list : undefined;
  });
  t.like(found[0], { count: 4, sum: 10, sumsq: 60, min: 1, max: 5 });
  const rows = await eventually(async () => {
    const ours = ["istat", "filedump", "--series", "tools.imported", "--data-dir", data];
    const { code, text } = await runCommand(ours);
    return code === 0 && text.split("\n").length === 4 ? text : undefined;
  });
  const stamp = new Date((now - 20) * 1000).toISOString().replace(".000Z", "Z");
  t.is(rows.split("\n")[1], `"${stamp}",10,60,1,5,4,2.5,3.41565`);
});

test("lint names each line that a server would refuse", async (t) => {
  const file = join(folder.path, "lines.txt");
  writeFileSync(file, "a 1\n\nb\n@x\n#key value\nc 99999999999 1\n^ 1\nd 1 10 60 6 5 4\ne 1");
  const { code, text } = await runCommand(["istat", "lint", file]);
  t.is(code, 1);
  t.deepEqual(text.trim().split("\n"), [
    `${file}:3: line-malformed: b`,
    `${file}:4: command-reserved: @x`,
    `${file}:6: from-future: c 99999999999 1`,
    `${file}:7: name-empty: ^ 1`,
    `${file}:8: bucket-inconsistent: d 1 10 60 6 5 4`,
    `${file}:9: line-unfinished: e 1`,
  ]);
  t.deepEqual(await runWith(["lint", "-"], "a 1\nb^c^d 1700000000 2\n"), { code: 0, text: "" });
});

test("loadtest sends at its pace, and says that all has arrived", async (t) => {
  const to = ["--host", server.listen.istat!, "--http", server.listen.istatHttp!];
  const lines = ["--num", "3000", "--rate", "20000", "--counters", "7", "--seed", "42"];
  const { code, text } = await runCommand(["istat", "loadtest", ...to, ...lines]);
  t.regex(text, /^Sent 3000 metrics in \d+\.\d{3} seconds\.\nLost nothing\.\n$/);
  t.is(code, 0);
  const again = await runCommand(["istat", "loadtest", ...to, ...lines, "--udp"]);
  t.regex(again.text, /^Sent 3000 metrics in [\d.]+ seconds\.\n(Lost nothing|Lost \d+ metrics)/);
});

test("loadtest tells what was lost on the way", async (t) => {
  // Lets through to the server all but every third line.
  const [host, port] = server.listen.istat!.split(":");
  const lossy = createServer((client) => {
    const to = connect(Number(port), host);
    let text = "";
    client.on("data", (chunk) => (text += String(chunk)));
    client.on("end", () => {
      const kept = text.split(/(?<=\n)/).filter((_line, i) => i % 3 !== 0);
      to.end(kept.join(""), () => client.end());
    });
  });
  await new Promise<void>((resolve) => lossy.listen(0, "127.0.0.1", resolve));
  const own = (lossy.address() as { port: number }).port;
  const { code, text } = await runCommand([
    ...["istat", "loadtest", "--host", `127.0.0.1:${own}`, "--http", server.listen.istatHttp!],
    ...["--num", "300", "--rate", "10000", "--seed", "43"],
  ]);
  lossy.close();
  t.regex(text, /Lost 100 metrics \(33\.333 %\)\.\n$/);
  t.is(code, 1);
});
