import { askDoor } from "./ask.ts";

export interface ParseAnswer {
  error: { message: string; column?: number | null; hint?: string | null } | null;
}

/** Whether the server can read a target, and where it cannot: columns count from 1. */
export function askParse(target: string, signal: AbortSignal): Promise<ParseAnswer> {
  return askDoor<ParseAnswer>("_/parse", { json: { target }, signal });
}
