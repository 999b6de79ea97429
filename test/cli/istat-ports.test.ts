import { writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "ava";
import { checkExposition } from "../http/prometheus/check-exposition.ts";
import { eventually, runCommand, TestServer, temporaryFolder } from "../server.ts";

const folder = temporaryFolder();
const tags = join(folder.path, "tags");
writeFileSync(tags, "rack\n");
const server = await TestServer.start(join(folder.path, "data"), [
  ...["--prometheus-listen", "127.0.0.1:0", "--prometheus-tags", tags],
]);

test.after.always(() => {
  TestServer.killAll();
  folder.remove();
});

test("what comes as istat lines is on the Prometheus port, valid", async (t) => {
  await server.send(
    "istat",
    "*ports.hits^host.a^rack.7 2\n*ports.hits^host.a^rack.7 3\nports.load 1\n",
  );
  const samples = await eventually(async () => {
    const text = await (await fetch(`http://${server.listen.prometheus}/metrics`)).text();
    const found = checkExposition(text, false);
    return found.length === 2 ? found : undefined;
  });
  t.like(samples[0], {
    metric: "ports_hits",
    labels: { host: "a", rack: "7", counter: "1" },
    value: 5,
    type: "counter",
  });
  t.like(samples[1], { metric: "ports_load", value: 1, type: "gauge" });
});

test("a file of tags that cannot be read is named before anything starts", async (t) => {
  const flags = ["--prometheus-listen", "0", "--prometheus-tags", join(folder.path, "none")];
  const { code, text } = await runCommand(["config", "check", ...flags]);
  t.is(code, 1);
  t.regex(text, /prometheus-tags: ENOENT/);
});
