import { linkSync, readFileSync, renameSync, unlinkSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";

/** Another process has the data directory open. */
export class LockedError extends Error {
  override name = "LockedError";
}

/**
 * Makes this process the one writer of a data directory. The lock is a file that names its process:
 * pid, start time in clock ticks since boot, boot id and host. A lock whose process is gone is
 * taken over; the start time tells a process from a later one of the same pid.
 *
 * @returns what gives the lock back
 * @throws LockedError naming the owner
 */
export function lockFolder(folder: string): () => void {
  const path = join(folder, "lock");
  const mine = `${JSON.stringify({ pid: process.pid, ...identityOf(process.pid) })}\n`;
  const temporary = join(folder, `lock.${process.pid}`);
  writeFileSync(temporary, mine);
  try {
    for (let attempt = 0; ; attempt++) {
      try {
        linkSync(temporary, path);
        break;
      } catch (error) {
        if (!hasCode(error, "EEXIST") || attempt === 3) throw error;
      }
      const found = read(path);
      if (found === null) continue;
      const owner = livingOwner(found, path);
      if (owner !== null) {
        throw new LockedError(`${folder} is in use by ${owner}, or choose another --data-dir`);
      }
      moveAside(path, found);
    }
  } finally {
    unlinkSync(temporary);
  }
  return () => {
    if (read(path) === mine) unlinkSync(path);
  };
}

/** Process that has a data directory open, and null when none has; nothing is changed. */
export function lockOwner(folder: string): number | null {
  const text = read(join(folder, "lock"));
  const owner = text === null ? null : ownerIn(text);
  if (owner === null) return null;
  return owner.host !== hostname() || isAlive(owner) ? owner.pid : null;
}

/** Removes a lock whose text is `stale`; puts back what another process locked meanwhile. */
function moveAside(path: string, stale: string): void {
  const aside = `${path}.stale.${process.pid}`;
  try {
    renameSync(path, aside);
  } catch (error) {
    if (hasCode(error, "ENOENT")) return;
    throw error;
  }
  if (readFileSync(aside, "utf8") !== stale) linkSync(aside, path);
  unlinkSync(aside);
}

/** The process that holds the lock and what to do about it; null when it is gone. */
function livingOwner(text: string, path: string): string | null {
  const owner = ownerIn(text);
  if (owner === null) return null;
  if (owner.host !== hostname()) {
    return `process ${owner.pid} on the host ${owner.host}: stop that one, remove ${path} if it is gone for good`;
  }
  return isAlive(owner) ? `process ${owner.pid}: stop that one` : null;
}

interface Owner {
  pid: number;
  started: string;
  boot: string;
  host: string;
}

/** Null for a lock that cannot be read: it was torn while it was written, and its process is gone. */
function ownerIn(text: string): Owner | null {
  try {
    return JSON.parse(text) as Owner;
  } catch {
    return null;
  }
}

function isAlive(owner: Owner): boolean {
  const now = identityOf(owner.pid);
  // Without /proc a pid that answers is all there is to go by.
  if (identityOf(process.pid).started === "") return answers(owner.pid);
  return now.started !== "" && now.started === owner.started && now.boot === owner.boot;
}

function identityOf(pid: number): { started: string; boot: string; host: string } {
  const stat = read(`/proc/${pid}/stat`) ?? "";
  // The name of the program is in parentheses and may hold blanks; the start time is field 22.
  const started = stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? "";
  const boot = (read("/proc/sys/kernel/random/boot_id") ?? "").trim();
  return { started, boot, host: hostname() };
}

function answers(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return hasCode(error, "EPERM");
  }
}

function read(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return null;
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}
