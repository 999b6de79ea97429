import type { IstatAgent } from "../../model/istat-agent.ts";

/** Answers `?a=`: agents as istatd lists them, what they say of themselves first. */
export function agentsJson(agents: readonly IstatAgent[], now: number): string {
  const list = agents.map(({ peer, isOnline, isBlacklisted, connected, heard, meta }) => ({
    ...meta,
    _peer: peer,
    ...(isBlacklisted ? { blacklisted: "true" } : {}),
    _online: isOnline,
    _connected: new Date(connected * 1000).toISOString().replace(".000Z", "Z"),
    _idle: Math.max(0, now - heard),
  }));
  return JSON.stringify({ count: list.length, agents: list });
}
