import type { Role } from "./route-rules.ts";

/** Who a request comes from. */
export interface User {
  name: string;
  role: Exclude<Role, "open">;
}

/** Knows users by what they show. */
export interface AccessRules {
  /** The user of an Authorization header; null for one that is not valid. */
  authenticate(authorization: string): Promise<User | null>;
}

const RANKS: Record<Role, number> = { open: 0, read: 1, write: 2, admin: 3 };

/** Whether a role includes another: an admin may write, who writes may read. */
export function includes(has: Role, needed: Role): boolean {
  return RANKS[has] >= RANKS[needed];
}
