import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import test from "ava";
import { temporaryFolder } from "../server.ts";

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

test("npm start serves, and a signal to npm ends the server with status 0", async (t) => {
  const folder = temporaryFolder();
  const ports = ["http", "carbon", "pickle", "istat", "istat-http"].flatMap((name) => [
    `--${name}-listen`,
    "127.0.0.1:0",
  ]);
  const flags = ["--data-dir", folder.path, "--max-series", "10000", ...ports];
  const npm = spawn("npm", ["start", "--", ...flags], { stdio: ["ignore", "pipe", "ignore"] });
  const pid = await new Promise<number>((resolve, reject) => {
    createInterface({ input: npm.stdout }).on("line", (line) => {
      if (line.includes('"event":"ready"')) resolve((JSON.parse(line) as { pid: number }).pid);
    });
    npm.on("exit", (code) => reject(new Error(`npm ended with ${code}`)));
  });
  t.true(isAlive(pid));
  const ended = new Promise<number | null>((resolve) => npm.on("exit", (code) => resolve(code)));
  npm.kill("SIGTERM");
  t.is(await ended, 0);
  t.false(isAlive(pid));
  folder.remove();
});
