import { mkdirSync, statSync } from "node:fs";
import { join } from "node:path";
import test from "ava";
import { ControlClient } from "../../src/cli/control-client.ts";
import { eventually, TestServer, temporaryFolder } from "../server.ts";

test.after.always(() => TestServer.killAll());

test("the control socket has the routes of HTTP, for its own user only", async (t) => {
  const folder = temporaryFolder();
  const server = await TestServer.start(folder.path);
  const { mode } = statSync(join(folder.path, "control.sock"));
  t.is(mode & 0o777, 0o600);
  const control = new ControlClient(folder.path);
  const health = (await control.call("GET", "/health")) as { status: string };
  t.is(health.status, "ready");
  await t.throwsAsync(control.call("GET", "/nothing"), { message: "there is nothing at /nothing" });
  t.is(await server.stop(), 0);
  t.throws(() => statSync(join(folder.path, "control.sock")), { code: "ENOENT" });
  folder.remove();
});

test("the socket of a killed server is replaced at the next start", async (t) => {
  const folder = temporaryFolder();
  const killed = await TestServer.start(folder.path);
  await killed.stop("SIGKILL");
  t.true(statSync(join(folder.path, "control.sock")).isSocket());
  const control = new ControlClient(folder.path);
  await t.throwsAsync(control.call("GET", "/health"), {
    message: `no server runs on ${folder.path}`,
  });
  const server = await TestServer.start(folder.path);
  await t.notThrowsAsync(control.call("GET", "/health"));
  await server.stop();
  folder.remove();
});

test("without a server, and without a folder, the client says so", async (t) => {
  const folder = temporaryFolder();
  await t.throwsAsync(new ControlClient(folder.path).call("GET", "/health"), {
    message: `no server runs on ${folder.path}`,
  });
  const missing = join(folder.path, "missing");
  await t.throwsAsync(new ControlClient(missing).call("GET", "/health"), {
    message: new RegExp(`there is no folder ${missing}`),
  });
  folder.remove();
});

test("a data directory with a long path, and a server without HTTP, have the socket all the same", async (t) => {
  const folder = temporaryFolder();
  const long = join(folder.path, "d".repeat(100), "e".repeat(100));
  mkdirSync(long, { recursive: true });
  const server = await TestServer.start(long, ["--http-listen", "off"]);
  t.is(server.listen.http, undefined);
  const control = new ControlClient(long);
  const health = await eventually(() => control.call("GET", "/health"));
  t.is((health as { status: string }).status, "ready");
  t.is(await server.stop(), 0);
  t.throws(() => statSync(join(long, "control.sock")), { code: "ENOENT" });
  folder.remove();
});
