import type { Role } from "../frame/route-rules.ts";

/** Who a request comes from. */
export interface User {
  name: string;
  role: Exclude<Role, "open">;
}

/** Knows users by what they show. */
export interface AccessRules {
  /** What everybody may do who shows nothing; null for nothing. */
  readonly anonymous: User | null;
  /**
   * The user of an Authorization header; null for one that is not valid.
   *
   * @throws GraphiteError ERR_LIMIT_LOGINS when there were too many wrong ones
   */
  authenticate(authorization: string): Promise<User | null>;
}

const RANKS: Record<Role, number> = { open: 0, read: 1, write: 2, admin: 3 };

/** Whether a role includes another: an admin may write, who writes may read. */
export function includes(has: Role, needed: Role): boolean {
  return RANKS[has] >= RANKS[needed];
}
