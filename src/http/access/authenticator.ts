import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { GraphiteError } from "../../model/errors.ts";
import { LruMap } from "../../model/lru-map.ts";
import type { AccessRules, User } from "./access-rules.ts";
import { type Account, type AuthFile, parseAuthFile } from "./auth-file.ts";
import { isPassword, parseSecretHash, type SecretHash, tokenDigest } from "./secret-hash.ts";

/** Headers whose outcome is remembered. */
const MAX_REMEMBERED = 1000;
/** Wrong passwords of a name that are compared at once, and one more each second after. */
const MAX_WRONG = 10;
/** Passwords that wait to be compared; each takes tens of milliseconds of a core. */
const MAX_WAITING = 20;
/** Wrong names share what one name has. */
const NOBODY = "";
/** What a password is compared with where the name is unknown, so that it takes as long. */
const NO_HASH = parseSecretHash(
  "scrypt:15:8:1:AAAAAAAAAAAAAAAAAAAAAA:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
) as SecretHash & { kind: "scrypt" };

interface Wrong {
  count: number;
  /** Monotonic milliseconds. */
  at: number;
}

/**
 * Knows users by password or token. The outcome for a header is remembered, under a key that only
 * this process knows, so that a request of Grafana costs a hash and not a scrypt. Passwords are
 * compared one at a time, and wrong ones only so fast, whoever sends them: a stranger can neither
 * guess many nor use up the machine. Who is known already is not held up by that.
 */
export class Authenticator implements AccessRules {
  readonly #nowMs: () => number;
  readonly #key = randomBytes(32);
  #file: AuthFile;
  #known = new LruMap<string, User>(MAX_REMEMBERED);
  #unknown = new LruMap<string, true>(MAX_REMEMBERED);
  /** By the names of the file. */
  readonly #wrong = new Map<string, Wrong>();
  /** Headers that are being looked at: a dashboard sends many requests at once. */
  readonly #asking = new Map<string, Promise<User | null>>();
  #last: Promise<unknown> = Promise.resolve();
  #waiting = 0;

  /** @throws GraphiteError ERR_CONFIG as `parseAuthFile` */
  constructor(text: string, nowMs: () => number = () => performance.now()) {
    this.#file = parseAuthFile(text);
    this.#nowMs = nowMs;
  }

  get anonymous(): User | null {
    return this.#file.anonymous;
  }

  get size(): number {
    return new Set(this.#file.accounts.map(({ name }) => name)).size;
  }

  /** New rules. @throws GraphiteError ERR_CONFIG as `parseAuthFile`; the old ones stay then */
  reload(text: string): void {
    this.#file = parseAuthFile(text);
    this.#known = new LruMap(MAX_REMEMBERED);
    this.#unknown = new LruMap(MAX_REMEMBERED);
    this.#wrong.clear();
    this.#asking.clear();
  }

  async authenticate(authorization: string): Promise<User | null> {
    const [, scheme = "", value = ""] = /^(\w+) +([\w\-.~+/=]+) *$/.exec(authorization) ?? [];
    if (scheme.toLowerCase() === "bearer") return this.#byToken(value);
    if (scheme.toLowerCase() !== "basic") return null;
    const key = createHmac("sha256", this.#key).update(value).digest("base64");
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    if (this.#unknown.get(key) !== undefined) return null;
    return this.#asking.get(key) ?? this.#ask(key, value);
  }

  #ask(key: string, value: string): Promise<User | null> {
    const file = this.#file;
    const asking = this.#byPassword(value)
      .then((user) => {
        // What was found by rules that are gone by now is not remembered.
        if (file === this.#file) {
          if (user === null) this.#unknown.set(key, true);
          else this.#known.set(key, user);
        }
        return user;
      })
      .finally(() => this.#asking.delete(key));
    this.#asking.set(key, asking);
    return asking;
  }

  #byToken(token: string): User | null {
    const digest = tokenDigest(token);
    const account = this.#file.accounts.find(
      ({ secret }) => secret.kind === "sha256" && timingSafeEqual(secret.digest, digest),
    );
    return account === undefined ? null : userOf(account);
  }

  async #byPassword(value: string): Promise<User | null> {
    const text = Buffer.from(value, "base64").toString("utf8");
    const colon = text.indexOf(":");
    if (colon < 0) return null;
    const name = text.slice(0, colon);
    const accounts = this.#file.accounts.filter((account) => account.name === name);
    const bucket = accounts.length === 0 ? NOBODY : name;
    if (this.#waiting >= MAX_WAITING || this.#wrongOf(bucket) >= MAX_WRONG) {
      throw new GraphiteError("ERR_LIMIT_LOGINS", "too many wrong passwords: try again in a while");
    }
    // Counted before the outcome is known: many at once are no way around.
    this.#count(bucket, 1);
    const account = await this.#inTurn(() => matching(accounts, text.slice(colon + 1)));
    if (account === null) return null;
    this.#count(bucket, -1);
    return userOf(account);
  }

  /** Wrong passwords of a name: one is forgiven each second. */
  #wrongOf(name: string): number {
    const wrong = this.#wrong.get(name);
    if (wrong === undefined) return 0;
    return Math.max(0, wrong.count - (this.#nowMs() - wrong.at) / 1000);
  }

  #count(name: string, more: number): void {
    this.#wrong.set(name, { count: this.#wrongOf(name) + more, at: this.#nowMs() });
  }

  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    this.#waiting++;
    const mine = this.#last.then(work);
    this.#last = mine.catch(() => {});
    try {
      return await mine;
    } finally {
      this.#waiting--;
    }
  }
}

async function matching(accounts: readonly Account[], password: string): Promise<Account | null> {
  let compared = 0;
  for (const account of accounts) {
    if (account.secret.kind !== "scrypt") continue;
    compared++;
    if (await isPassword(password, account.secret)) return account;
  }
  if (compared === 0) await isPassword(password, NO_HASH);
  return null;
}

function userOf({ name, role }: Account): User {
  return { name, role };
}
