import { spawnSync } from "node:child_process";
import { join } from "node:path";
import test from "ava";
import { TestServer, temporaryFolder } from "../../server.ts";
import { accessibilityFindings } from "./axe.ts";
import { type Chromium, DESKTOP, PHONE, skip, startChromium } from "./chromium.ts";
import { HOSTILE_NAMES } from "./seed.ts";

const PASSWORD = "a long password";
const folder = temporaryFolder();
let server: TestServer;
let chromium: Chromium | null = null;

test.before(async () => {
  chromium = await startChromium();
  if (chromium === null) return;
  const file = join(folder.path, "auth");
  for (const role of ["admin", "read"]) {
    const args = ["dist/src/cli/main.js", "auth", "add", role, "--role", role, "--auth-file", file];
    spawnSync(process.execPath, args, { input: `${PASSWORD}\n${PASSWORD}\n` });
  }
  server = await TestServer.start(join(folder.path, "data"), ["--auth-file", file]);
  const now = Math.floor(Date.now() / 1000);
  const names = ["old.a.x", "old.a.y", "old.b", "kept;host=<b>h</b>", ...HOSTILE_NAMES];
  await server.send(
    "carbon",
    `${names.map((name) => `${name} 1 ${now}`).join("\n")}\n<i>bad line\n`,
  );
});

test.after.always(async () => {
  await chromium?.close();
  TestServer.killAll();
  folder.remove();
});

const user = (username: string): object => ({ httpCredentials: { username, password: PASSWORD } });

test.serial(
  "every part of Operate can be used by everybody, and shows names as text",
  async (t) => {
    t.timeout(300_000);
    if (chromium === null) return skip(t);
    for (const options of [
      { viewport: DESKTOP, colorScheme: "dark" },
      { viewport: PHONE, colorScheme: "light" },
    ] as const) {
      const { page, complaints, close } = await chromium.open(server.url(""), {
        ...options,
        ...user("read"),
      });
      for (const [path, text] of [
        ["", "line-malformed"],
        ["&part=cardinality&prefix=evil&tag=host", "<b>h</b>"],
        ["&part=senders", "istat agents"],
        ["&part=rules&name=new.<u>name", "new.<u>name"],
        ["&part=delete", "This needs the role admin"],
      ]) {
        await page.goto(server.url(`/?view=operate${path}`));
        await page.getByText(text!).first().waitFor();
        t.deepEqual(await accessibilityFindings(page), [], path);
        t.true(
          (await page.evaluate("document.documentElement.scrollWidth <= innerWidth")) as boolean,
        );
      }
      t.is(await page.evaluate("window.__hit"), undefined);
      t.deepEqual(complaints, { errors: [], foreign: [] });
      await close();
    }
  },
);

test.serial(
  "an admin sees what would go, is asked, and deletes it; nobody else is offered that",
  async (t) => {
    t.timeout(300_000);
    if (chromium === null) return skip(t);
    const reader = await chromium.open(server.url(""), user("read"));
    await reader.page.goto(server.url("/?view=operate"));
    await reader.page.getByText("line-malformed").first().waitFor();
    t.is(await reader.page.getByRole("link", { name: "Delete" }).count(), 0);
    await reader.close();

    const { page, complaints, close } = await chromium.open(server.url(""), user("admin"));
    await page.goto(server.url("/?view=operate"));
    await page.getByRole("link", { name: "Delete" }).click();
    await page.getByRole("textbox").fill("old.a.*\nold.nothing");
    await page.getByRole("button", { name: "Show what would go" }).click();
    await page.getByText("2 series would go").waitFor();
    await page.getByText("old.a.y").waitFor();
    await page.getByRole("button", { name: "Delete them" }).click();
    await page.getByRole("button", { name: "Keep them" }).click();
    await page.getByRole("button", { name: "Delete them" }).click();
    await page.getByRole("button", { name: "Delete 2 series" }).click();
    await page.getByText("2 series deleted").waitFor();
    await page.goto(server.url("/?view=operate&part=cardinality&prefix=old"));
    await page.getByText("1 series below it").waitFor();
    t.deepEqual(complaints, { errors: [], foreign: [] });
    await close();
  },
);
