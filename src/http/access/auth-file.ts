import { GraphiteError } from "../../model/errors.ts";
import type { User } from "./access-rules.ts";
import { parseSecretHash, type SecretHash } from "./secret-hash.ts";

export interface Account extends User {
  secret: SecretHash;
}

export interface AuthFile {
  accounts: Account[];
  /** What everybody may do who shows nothing; null for nothing. */
  anonymous: User | null;
}

const ANONYMOUS = "anonymous";
const ROLES = ["read", "write", "admin"] as const;

export function isRole(text: string): text is User["role"] {
  return ROLES.some((role) => role === text);
}

export function isUserName(text: string): boolean {
  return /^[\w.@-]{1,64}$/.test(text) && text !== ANONYMOUS;
}

/**
 * Reads a file of access rules: `NAME ROLE HASH` a line, `#` comments; a name may have several
 * lines. `anonymous ROLE -` says what those may do who show nothing.
 *
 * @throws GraphiteError ERR_CONFIG with the line; a line that cannot be read must not make the
 *   rules laxer or lock anybody out unseen
 */
export function parseAuthFile(text: string): AuthFile {
  const accounts: Account[] = [];
  let anonymous: User | null = null;
  text.split(/\r?\n/).forEach((line, i) => {
    const trimmed = line.trim();
    if (trimmed === "" || trimmed.startsWith("#")) return;
    const bad = (reason: string): GraphiteError =>
      new GraphiteError("ERR_CONFIG", `line ${i + 1}: ${reason}`);
    const [name = "", role = "", hash = "", more] = trimmed.split(/\s+/);
    if (hash === "" || more !== undefined) throw bad("not NAME ROLE HASH");
    if (!isRole(role)) throw bad(`${role} is no role: one of ${ROLES.join(", ")}`);
    if (name === ANONYMOUS) {
      if (hash !== "-") throw bad(`the hash of ${ANONYMOUS} is -`);
      anonymous = { name, role };
      return;
    }
    if (!isUserName(name)) throw bad("a name is 1 to 64 letters, digits and . _ @ -");
    const secret = parseSecretHash(hash);
    if (secret === null) throw bad("the hash cannot be read: statite auth add makes such lines");
    accounts.push({ name, role, secret });
  });
  if (accounts.length === 0 && anonymous === null) {
    throw new GraphiteError("ERR_CONFIG", "there is nobody in it: nobody could do anything");
  }
  return { accounts, anonymous };
}
