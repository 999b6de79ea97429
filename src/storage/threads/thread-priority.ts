import { readlinkSync } from "node:fs";
import { setPriority } from "node:os";

/** Nice value of a thread whose work can wait. */
const NICE = 5;

/**
 * Lets the other threads of the process go first where processors are short. On Linux a thread has
 * a priority of its own, under its thread id; elsewhere nothing happens.
 */
export function yieldToOthers(): void {
  try {
    const [, id] = /\/task\/(\d+)$/.exec(readlinkSync("/proc/thread-self")) ?? [];
    if (id !== undefined) setPriority(Number(id), NICE);
  } catch {
    // Not Linux, or not allowed: all threads are equal then.
  }
}
