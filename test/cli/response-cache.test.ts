import test from "ava";
import { eventually, TestServer, temporaryFolder } from "../server.ts";

test.after.always(() => TestServer.killAll());

test("a panel about the past is answered again until a late datapoint changes it", async (t) => {
  const folder = temporaryFolder();
  const server = await TestServer.start(folder.path);
  const time = Math.floor(Date.now() / 10_000) * 10 - 7200;
  await server.send("carbon", `past.a 1 ${time}\npast.a 2 ${time + 10}\nother.b 1 ${time}\n`);
  const target = "sumSeries(past.*)";
  await eventually(async () => {
    return (await server.values(target, time - 10, time + 60)).size === 2 ? true : undefined;
  });
  const ask = async (extra = ""): Promise<{ isCached: boolean; body: string }> => {
    const query = `target=${target}&from=${time - 10}&until=${time + 60}&format=json${extra}`;
    const answer = await fetch(server.url("/render"), {
      method: "POST",
      headers: { "content-type": "application/x-www-form-urlencoded" },
      body: query,
    });
    return { isCached: answer.headers.get("x-statite-cache") === "hit", body: await answer.text() };
  };
  const first = await ask();
  t.regex(first.body, /\[\[1\.0,\d+\],\[2\.0,\d+\],|\[\[1,\d+\],\[2,\d+\],/);
  t.deepEqual(await ask(), { isCached: true, body: first.body });
  t.false((await ask("&noCache=1")).isCached);
  t.false((await ask("&cacheTimeout=0")).isCached);
  t.true((await ask("&cacheTimeout=60")).isCached);
  t.false((await ask("&maxDataPoints=2")).isCached);
  await server.send("carbon", `past.a 5 ${time + 20}\n`);
  const changed = await eventually(async () => {
    const { body } = await ask();
    return body === first.body ? undefined : body;
  });
  t.regex(changed, /\[5(\.0)?,\d+\]/);
  t.true((await ask()).isCached);
  // A new series that the pattern matches.
  await server.send("carbon", `past.c 7 ${time + 20}\n`);
  await eventually(async () => (/\[12(\.0)?,/.test((await ask()).body) ? true : undefined));
  t.is(await server.stop(), 0);
  folder.remove();
});
