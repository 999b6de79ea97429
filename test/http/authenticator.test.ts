import test from "ava";
import { parseAuthFile } from "../../src/http/access/auth-file.ts";
import { Authenticator } from "../../src/http/access/authenticator.ts";
import { hashPassword, makeToken, parseSecretHash } from "../../src/http/access/secret-hash.ts";

function basic(name: string, password: string): string {
  return `Basic ${Buffer.from(`${name}:${password}`).toString("base64")}`;
}

test("a password and a token are known by their hashes, and nothing else is", async (t) => {
  const { token, hash } = makeToken();
  const text = `# who\nann admin ${await hashPassword("pässword:1")}\n\nci write ${hash}\n`;
  const rules = new Authenticator(text);
  t.deepEqual(await rules.authenticate(basic("ann", "pässword:1")), { name: "ann", role: "admin" });
  t.deepEqual(await rules.authenticate(`Bearer ${token}`), { name: "ci", role: "write" });
  t.deepEqual(await rules.authenticate(`bearer  ${token}`), { name: "ci", role: "write" });
  for (const wrong of [
    basic("ann", "pässword:2"),
    basic("ann", ""),
    basic("bob", "pässword:1"),
    basic("ci", token),
    "Basic !!",
    "Basic",
    `Bearer ${token}x`,
    "Bearer ",
    `Digest ${token}`,
    "",
  ]) {
    t.is(await rules.authenticate(wrong), null, wrong);
  }
  t.false(text.includes("pässword") || text.includes(token));
});

test("a password is compared once and then remembered, until the rules change", async (t) => {
  const rules = new Authenticator(`ann read ${await hashPassword("correct horse")}`);
  const header = basic("ann", "correct horse");
  // Many at once are one comparison.
  await Promise.all(Array.from({ length: 50 }, () => rules.authenticate(header)));
  const before = process.cpuUsage();
  for (let i = 0; i < 1000; i++) await rules.authenticate(header);
  const { user, system } = process.cpuUsage(before);
  t.true(user + system < 1_000_000, `${user + system} µs for 1000`);
  rules.reload(`ann write ${await hashPassword("battery staple")}`);
  t.is(await rules.authenticate(header), null);
  t.is((await rules.authenticate(basic("ann", "battery staple")))?.role, "write");
});

test("wrong passwords of a name are compared only so fast, and hold up nobody who is known", async (t) => {
  let now = 0;
  const hash = await hashPassword("correct horse");
  const rules = new Authenticator(`ann read ${hash}\nbob read ${hash}`, () => now);
  const known = basic("ann", "correct horse");
  await rules.authenticate(known);
  const guess = (i: number) => rules.authenticate(basic("ann", `guess ${i}`));
  for (let i = 0; i < 10; i++) t.is(await guess(i), null);
  await t.throwsAsync(guess(10), { code: "ERR_LIMIT_LOGINS" });
  t.is((await rules.authenticate(known))?.name, "ann");
  t.is((await rules.authenticate(basic("bob", "correct horse")))?.name, "bob");
  now += 1000;
  t.is(await guess(11), null);
  await t.throwsAsync(guess(12), { code: "ERR_LIMIT_LOGINS" });
});

test("names that do not exist share what one name has", async (t) => {
  const rules = new Authenticator(`ann read ${await hashPassword("correct horse")}`, () => 0);
  for (let i = 0; i < 10; i++) t.is(await rules.authenticate(basic(`nobody${i}`, "x")), null);
  await t.throwsAsync(rules.authenticate(basic("nobody10", "x")), { code: "ERR_LIMIT_LOGINS" });
});

test("a file that cannot be read as a whole is refused, with the line", (t) => {
  const { hash } = makeToken();
  const cases: [text: string, message: RegExp][] = [
    ["", /nobody in it/],
    ["# nobody\n", /nobody in it/],
    [`ann ${hash}`, /line 1: not NAME ROLE HASH/],
    [`\nann root ${hash}`, /line 2: root is no role/],
    [`a:b read ${hash}`, /line 1: a name is/],
    ["ann read secret", /line 1: the hash cannot be read/],
    ["ann read scrypt:40:8:1:AAAAAAAAAAAAAAAA:AAAAAAAAAAAAAAAAAAAAAAAA", /the hash cannot be read/],
    ["ann read -", /the hash cannot be read/],
    [`anonymous read ${hash}`, /the hash of anonymous is -/],
  ];
  for (const [text, message] of cases)
    t.throws(() => parseAuthFile(text), { message, code: "ERR_CONFIG" });
  t.deepEqual(parseAuthFile("anonymous read -").anonymous, { name: "anonymous", role: "read" });
  t.is(parseSecretHash(hash)?.kind, "sha256");
});

test("rules that cannot be read leave the old ones in force", async (t) => {
  const { token, hash } = makeToken();
  const rules = new Authenticator(`ci read ${hash}`);
  t.throws(() => rules.reload("ci read"));
  t.is((await rules.authenticate(`Bearer ${token}`))?.name, "ci");
});
