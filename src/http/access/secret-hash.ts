import { createHash, randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from "node:crypto";

/**
 * How secrets are kept. A password is what a person can remember, so guessing one must be dear:
 *
 *     scrypt:LOG2N:R:P:SALT:KEY      SALT and KEY in base64url
 *
 * A token is 32 random bytes, which nobody guesses, so a plain hash is enough and a request with
 * one costs microseconds:
 *
 *     sha256:DIGEST                  of the token's text, in base64url
 */
export type SecretHash =
  | { kind: "scrypt"; logN: number; r: number; p: number; salt: Buffer; key: Buffer }
  | { kind: "sha256"; digest: Buffer };

/** 32 MiB and about 80 ms of a core. */
const LOG_N = 15;
const R = 8;
const P = 1;
const KEY_BYTES = 32;
const SALT_BYTES = 16;
/** What a line of the file may ask for at most: 256 MiB. */
const MAX_LOG_N = 18;
const TOKEN_BYTES = 32;

/** A new line's hash of a password. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  const key = await derive(password, { logN: LOG_N, r: R, p: P, salt }, KEY_BYTES);
  return `scrypt:${LOG_N}:${R}:${P}:${salt.toString("base64url")}:${key.toString("base64url")}`;
}

/** A new token, and what the file keeps of it. */
export function makeToken(): { token: string; hash: string } {
  const token = randomBytes(TOKEN_BYTES).toString("base64url");
  return { token, hash: `sha256:${tokenDigest(token).toString("base64url")}` };
}

export function tokenDigest(token: string): Buffer {
  return createHash("sha256").update(token).digest();
}

/** Null when the text is no such hash, or one that would cost too much to compare. */
export function parseSecretHash(text: string): SecretHash | null {
  const [kind, ...rest] = text.split(":");
  if (kind === "sha256" && rest.length === 1) {
    const digest = Buffer.from(rest[0]!, "base64url");
    return digest.length === 32 ? { kind, digest } : null;
  }
  if (kind !== "scrypt" || rest.length !== 5) return null;
  const [logN, r, p] = rest.slice(0, 3).map((number) => (/^\d{1,2}$/.test(number) ? +number : 0));
  const salt = Buffer.from(rest[3]!, "base64url");
  const key = Buffer.from(rest[4]!, "base64url");
  const isSound = logN! >= 10 && logN! <= MAX_LOG_N && r! >= 1 && r! <= 16 && p! >= 1 && p! <= 4;
  if (!isSound || salt.length < 8 || key.length < 16 || key.length > 64) return null;
  return { kind, logN: logN!, r: r!, p: p!, salt, key };
}

/** Whether a password is the one of a hash. */
export async function isPassword(
  password: string,
  hash: SecretHash & { kind: "scrypt" },
): Promise<boolean> {
  return timingSafeEqual(await derive(password, hash, hash.key.length), hash.key);
}

function derive(
  password: string,
  { logN, r, p, salt }: { logN: number; r: number; p: number; salt: Buffer },
  bytes: number,
): Promise<Buffer> {
  const N = 2 ** logN;
  const options: ScryptOptions = { N, r, p, maxmem: 256 * N * r };
  return new Promise((resolve, reject) => {
    scrypt(password.normalize("NFC"), salt, bytes, options, (error, key) => {
      if (error !== null) reject(error);
      else resolve(key);
    });
  });
}
