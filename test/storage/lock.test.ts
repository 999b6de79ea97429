import { existsSync, readFileSync, writeFileSync } from "node:fs";
import test from "ava";
import { lockFolder } from "../../src/storage/lock.ts";
import { temporaryFolder } from "../server.ts";

test("a lock of another host is held for good, and says where and what to do", (t) => {
  const folder = temporaryFolder();
  const path = `${folder.path}/lock`;
  const lock = { pid: 4711, started: "1", boot: "b", host: "metrics9.example" };
  writeFileSync(path, `${JSON.stringify(lock)}\n`);
  const error = t.throws(() => lockFolder(folder.path), { name: "LockedError" });
  t.regex(error?.message ?? "", /process 4711 on the host metrics9\.example: stop that one/);
  t.true(error?.message.includes(`remove ${path}`));
  t.is(readFileSync(path, "utf8"), `${JSON.stringify(lock)}\n`);
  folder.remove();
});

test("a lock of a process that is gone, or a torn one, is taken over and given back", (t) => {
  const folder = temporaryFolder();
  const path = `${folder.path}/lock`;
  const unlock = lockFolder(folder.path);
  const mine = JSON.parse(readFileSync(path, "utf8")) as { pid: number; started: string };
  t.is(mine.pid, process.pid);
  t.throws(() => lockFolder(folder.path), { message: new RegExp(`process ${process.pid}: stop`) });
  unlock();
  t.false(existsSync(path));
  for (const text of [`${JSON.stringify({ ...mine, started: "1" })}\n`, '{"pid":47']) {
    writeFileSync(path, text);
    lockFolder(folder.path)();
    t.false(existsSync(path));
  }
  folder.remove();
});
