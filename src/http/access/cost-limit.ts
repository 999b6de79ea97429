import type { FastifyReply, FastifyRequest } from "fastify";
import { GraphiteError } from "../../model/errors.ts";
import { LruMap } from "../../model/lru-map.ts";

interface Account {
  /** Seconds of query threads that are left; below 0 after a dear query. */
  seconds: number;
  /** Monotonic milliseconds. */
  at: number;
}

/** Users and dashboards that are remembered; who is forgotten begins anew. */
const MAX_ACCOUNTS = 10_000;

/**
 * Bounds what queries may cost, by user and dashboard and not by address: all of Grafana is one
 * address. Each has a minute's worth of time of query threads, which fills up again evenly. What a
 * query costs is known afterwards, so one is always let through as long as something is left.
 */
export class CostLimit {
  readonly #perMinute: number;
  readonly #nowMs: () => number;
  readonly #accounts = new LruMap<string, Account>(MAX_ACCOUNTS);

  constructor(secondsPerMinute: number, nowMs: () => number = () => performance.now()) {
    this.#perMinute = secondsPerMinute;
    this.#nowMs = nowMs;
  }

  /** @throws GraphiteError ERR_LIMIT_COST when nothing is left; the answer says when to come back */
  admit(request: FastifyRequest, reply: FastifyReply): void {
    const { seconds } = this.#accountOf(whoOf(request));
    if (seconds > 0) return;
    const wait = Math.max(1, Math.ceil((-seconds * 60) / this.#perMinute));
    reply.header("retry-after", String(wait));
    const message = `the queries of this user and dashboard took more than ${this.#perMinute} seconds in a minute: ask for less, or less often; next in ${wait} seconds`;
    throw new GraphiteError("ERR_LIMIT_COST", message);
  }

  /** Whether a request of the same user and dashboard would be let through. */
  isLeft(request: FastifyRequest): boolean {
    return this.#accountOf(whoOf(request)).seconds > 0;
  }

  charge(request: FastifyRequest, milliseconds: number): void {
    const who = whoOf(request);
    const account = this.#accountOf(who);
    account.seconds -= milliseconds / 1000;
    this.#accounts.set(who, account);
  }

  #accountOf(who: string): Account {
    const at = this.#nowMs();
    const account = this.#accounts.get(who) ?? { seconds: this.#perMinute, at };
    const filled = account.seconds + ((at - account.at) / 60_000) * this.#perMinute;
    account.seconds = Math.min(this.#perMinute, filled);
    account.at = at;
    return account;
  }
}

function whoOf({ user, headers }: FastifyRequest): string {
  const parts = [user?.name, headers["x-grafana-org-id"], headers["x-dashboard-id"]];
  return parts.map((part) => String(part ?? "").slice(0, 100)).join(" ");
}
