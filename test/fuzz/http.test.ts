import test from "ava";
import { TestServer, temporaryFolder } from "../server.ts";
import { strangersServer } from "./http-server.ts";
import { ISTAT, meetStrangers } from "./http-strangers.ts";

test.after.always(() => TestServer.killAll());

test("whatever is sent to whatever route, the answer is a documented one without our insides", async (t) => {
  const folder = temporaryFolder();
  const { server, authorization } = await strangersServer(folder.path);
  const seed = Math.floor(Date.now() / 1000);
  const graphite = { requests: 1500, seconds: 15, seed };
  const { problems, statuses } = await meetStrangers(server, graphite, { authorization });
  t.deepEqual(problems.slice(0, 5), [], `seed ${seed}`);
  for (const status of [200, 400, 403, 404, 405]) t.true((statuses[status] ?? 0) > 0, `${status}`);
  const istat = { requests: 500, seconds: 10, seed };
  const strangers = await meetStrangers(server, istat, { door: ISTAT, authorization });
  t.deepEqual(strangers.problems.slice(0, 5), [], `seed ${seed}, istat`);
  t.is(await server.stop(), 0);
  folder.remove();
});
