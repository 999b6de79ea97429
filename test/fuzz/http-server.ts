import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { makeToken } from "../../src/http/access/secret-hash.ts";
import { TestServer } from "../server.ts";

/** A server with a few series, whose access rules let everybody read and one token do everything. */
export async function strangersServer(
  folder: string,
): Promise<{ server: TestServer; authorization: string }> {
  const { token, hash } = makeToken();
  const file = join(folder, "auth");
  writeFileSync(file, `root admin ${hash}\nanonymous read -\n`);
  const server = await TestServer.start(join(folder, "data"), ["--auth-file", file]);
  const now = Math.floor(Date.now() / 1000);
  const lines = ["fuzz.a.load", "fuzz.b.load", "fuzz.a", "fuzz.t;dc=eu;host=a"].flatMap((name) =>
    Array.from({ length: 30 }, (_, i) => `${name} ${i} ${now - i * 10}\n`),
  );
  await server.send("carbon", lines.join(""));
  return { server, authorization: `Bearer ${token}` };
}
