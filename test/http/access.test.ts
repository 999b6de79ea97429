import test from "ava";
import { server } from "./small-server.ts";

test("a route of an administrator is refused over the network, with a code and what to do", async (t) => {
  const { app } = await server();
  app.get("/secret", { config: { role: "admin" } }, async () => "secret");
  const answer = await app.inject("/secret");
  t.is(answer.statusCode, 403);
  t.is(answer.headers["x-statite-error"], "ERR_FORBIDDEN");
  t.regex(answer.body, /use the command of statite on the machine of the server/);
});
