import test, { type ExecutionContext } from "ava";
import type { BrowserContextOptions, Page } from "playwright-core";
import { TestServer, temporaryFolder } from "../../server.ts";
import { accessibilityFindings } from "./axe.ts";
import { type Chromium, PHONE, skip, startChromium } from "./chromium.ts";
import { HOSTILE_NAMES, seed } from "./seed.ts";

const folder = temporaryFolder();
let server: TestServer;
let chromium: Chromium | null = null;

test.before(async () => {
  chromium = await startChromium();
  if (chromium === null) return;
  server = await TestServer.start(folder.path);
  await seed(server);
});

test.after.always(async () => {
  await chromium?.close();
  TestServer.killAll();
  folder.remove();
});

/** A test with the Query screen, which must not complain of anything. */
function queryTest(
  title: string,
  run: (t: ExecutionContext, page: Page) => Promise<void>,
  search = "",
  options: BrowserContextOptions = {},
): void {
  test.serial(title, async (t) => {
    t.timeout(300_000);
    if (chromium === null) return skip(t);
    const { page, complaints, close } = await chromium.open(server.url(""), options);
    try {
      await page.goto(server.url(`/?view=query${search}`));
      await page.locator(".query-row").first().waitFor();
      await run(t, page);
      t.deepEqual(complaints, { errors: [], foreign: [] });
    } finally {
      await close();
    }
  });
}

const editor = (page: Page) => page.locator(".query-row").first().locator("textarea").first();
const offer = (page: Page, name: string | RegExp) => page.getByRole("option", { name }).first();
const escaped = encodeURIComponent;

queryTest("names, functions and values are completed by keyboard alone", async (t, page) => {
  const text = editor(page);
  await text.focus();
  await page.keyboard.type("serv");
  await offer(page, "servers., branch").waitFor();
  await page.keyboard.press("Tab");
  await offer(page, "web2., branch").waitFor();
  t.is(await text.inputValue(), "servers.");
  t.is(await text.getAttribute("role"), "combobox");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowDown");
  const active = await text.getAttribute("aria-activedescendant");
  t.is(await page.locator(`[id="${active}"]`).getAttribute("aria-label"), "web1., branch");
  await page.keyboard.press("Enter");
  await offer(page, "load, series").waitFor();
  await page.keyboard.press("Escape");
  t.is(await page.getByRole("listbox").count(), 0);
  t.is(await text.inputValue(), "servers.web1.");
  await page.keyboard.type("load|summ");
  await offer(page, "summarize, function").waitFor();
  await page.keyboard.press("Tab");
  t.is(await text.inputValue(), "servers.web1.load|summarize()");
  t.regex(
    (await page.locator(".signature").textContent())!,
    /summarize\(seriesList, intervalString/,
  );
  await page.keyboard.press("Control+Space");
  await offer(page, "1h, value").click();
  t.is(await text.inputValue(), "servers.web1.load|summarize('1h')");
  await page.keyboard.press("Enter");
  await page.waitForURL(/g=line/);
  t.is(new URL(page.url()).searchParams.get("g"), "line:servers.web1.load|summarize('1h')");
});

queryTest("tags and their values are completed inside of seriesByTag", async (t, page) => {
  const text = editor(page);
  await text.focus();
  await page.keyboard.type("seriesByTag('name=disk.used', ");
  await page.keyboard.press("Control+Space");
  await offer(page, "host, tag").click();
  t.is(await text.inputValue(), "seriesByTag('name=disk.used', 'host='");
  await offer(page, "web1, tag").click();
  t.is(await text.inputValue(), "seriesByTag('name=disk.used', 'host=web1'");
});

queryTest("a mistake is shown at its column, and leads there", async (t, page) => {
  const text = editor(page);
  await text.fill("scale(servers.*.load, 2))");
  const mistake = page.getByRole("button", { name: /^Column 25: "\)" cannot stand here/ });
  await mistake.waitFor();
  t.is(await text.getAttribute("aria-invalid"), "true");
  await mistake.click();
  t.is(await page.evaluate("document.activeElement.selectionStart"), 24);
  await text.fill("scal(servers.*.load, 2)");
  await page
    .getByRole("button", { name: /there is no function scal; did you mean scale/ })
    .waitFor();
  await text.fill("scale(servers.*.load, 2)");
  await page.locator(".problems li").waitFor({ state: "detached" });
});

queryTest(
  "chips and text stay in step, and chips are moved by keyboard",
  async (t, page) => {
    const row = page.locator(".query-row").first();
    await row.getByRole("button", { name: "Builder" }).click();
    const handle = page.getByRole("button", { name: /^scale, 1 of 2/ });
    await handle.focus();
    await page.keyboard.press("ArrowRight");
    await page.getByRole("button", { name: /^scale, 2 of 2/ }).waitFor();
    t.regex((await page.evaluate("document.activeElement.textContent")) as string, /scale/);
    await page.getByLabel("factor of scale").fill("8");
    await page.getByRole("button", { name: "Function", exact: true }).click();
    await page.getByLabel("Find a function").fill("movinga");
    await page.keyboard.press("Enter");
    await page.getByLabel("windowSize of movingAverage").fill("10min");
    await page.getByLabel("windowSize of movingAverage").press("Enter");
    const target = "movingAverage(scale(alias(servers.*.load, 'x'), 8), '10min')";
    await page.waitForURL((url) => url.searchParams.get("g") === `line:${target}`);
    await row.getByRole("button", { name: "Text" }).click();
    t.is(await editor(page).inputValue(), target);
    await editor(page).fill("sumSeries(servers.*.load)");
    await row.getByRole("button", { name: "Builder" }).click();
    await page.getByRole("button", { name: /^sumSeries, 1 of 1/ }).waitFor();
    t.deepEqual(await accessibilityFindings(page), []);
  },
  `&g=line:${escaped("alias(scale(servers.*.load, 2), 'x')")}`,
);

queryTest(
  "explain shows what was fetched, and each part its result",
  async (t, page) => {
    await page.getByRole("button", { name: "Explain" }).click();
    const fetched = page.locator(".fetches tbody tr").first();
    await fetched.waitFor();
    t.deepEqual(
      await fetched
        .locator("th, td")
        .allTextContents()
        .then((cells) => cells.slice(0, 5)),
      ["servers.*.load", "1 h", "3", "10 s", "10 s"],
    );
    await page.getByRole("button", { name: "Result of servers.*.load" }).click();
    const result = page.locator(".expression-tree .table-scroll tbody tr");
    await result.nth(2).waitFor();
    t.is(await result.count(), 3);
    t.deepEqual(await accessibilityFindings(page), []);
    t.true(page.url().includes("explain=1"));
  },
  `&g=line:${escaped("scale(sumSeries(servers.*.load), 2)")}`,
);

queryTest(
  "targets are added, hidden and removed, and the address tells it",
  async (t, page) => {
    await page.getByRole("button", { name: "Duplicate target A" }).click();
    const second = page.getByLabel("Target B").locator("textarea");
    await second.fill("servers.db1.load");
    await second.press("Enter");
    await page.waitForURL((url) => url.searchParams.get("t") === "servers.db1.load");
    await page.getByRole("button", { name: "Draw target A" }).click();
    await page.waitForURL((url) => url.searchParams.get("hide") === "A");
    await page.goBack();
    await page.waitForURL((url) => url.searchParams.get("hide") === null);
    await page.getByRole("button", { name: "Remove target A" }).click();
    await page.waitForURL((url) => url.searchParams.get("g") === "line:servers.db1.load");
    t.is(await editor(page).inputValue(), "servers.db1.load");
    await page.getByRole("button", { name: "History of queries" }).click();
    await page.getByRole("menuitem", { name: "servers.web1.load + servers.db1.load" }).click();
    await page.waitForURL((url) => url.searchParams.get("t") === "servers.db1.load");
  },
  "&g=line:servers.web1.load",
);

queryTest("hostile names are text, wherever they are shown", async (t, page) => {
  await editor(page).focus();
  await page.keyboard.type("evil.");
  await offer(page, /img/).waitFor();
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await page.waitForURL(/g=line/);
  await page.getByRole("button", { name: "Explain" }).click();
  await page.locator(".fetches tbody tr").first().waitFor();
  t.is(await page.evaluate("window.__hit"), undefined);
  t.true(HOSTILE_NAMES.length > 0);
});

queryTest(
  "on a phone in the dark everything fits and can be used by everybody",
  async (t, page) => {
    await editor(page).focus();
    await page.keyboard.type("servers.");
    await offer(page, "web1., branch").waitFor();
    t.deepEqual(await accessibilityFindings(page), []);
    await offer(page, "web1., branch").tap();
    await offer(page, "load, series").tap();
    t.is(await editor(page).inputValue(), "servers.web1.load");
    await page.getByRole("button", { name: "Builder" }).first().tap();
    t.deepEqual(await accessibilityFindings(page), []);
    const overflow = await page.evaluate("document.documentElement.scrollWidth - innerWidth");
    t.true((overflow as number) <= 0);
  },
  "",
  { viewport: PHONE, colorScheme: "dark", hasTouch: true },
);
