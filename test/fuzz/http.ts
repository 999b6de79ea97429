import { TestServer, temporaryFolder } from "../server.ts";
import { strangersServer } from "./http-server.ts";
import { ISTAT, meetStrangers } from "./http-strangers.ts";

/**
 * node dist/test/fuzz/http.js [--requests N] [--seconds N] [--seed N] [--istat]
 *
 * Sends odd requests to every route of a server (of istatd's API with --istat), with and without a password, and prints whatever
 * is answered by an undocumented status, a stack or a path.
 */
function option(name: string, fallback: number): number {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? fallback : Number(process.argv[at + 1]);
}

const folder = temporaryFolder();
const { server, authorization } = await strangersServer(folder.path);
const report = await meetStrangers(
  server,
  {
    requests: option("requests", 10_000),
    seconds: option("seconds", 600),
    seed: option("seed", Math.floor(Date.now() / 1000)),
  },
  { authorization, ...(process.argv.includes("--istat") ? { door: ISTAT } : {}) },
);
for (const problem of report.problems.slice(0, 50)) console.log(problem);
console.log(JSON.stringify({ ...report, problems: report.problems.length }));
await server.stop();
TestServer.killAll();
folder.remove();
process.exit(report.problems.length === 0 ? 0 : 1);
