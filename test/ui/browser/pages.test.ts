import test, { type ExecutionContext } from "ava";
import type { BrowserContextOptions } from "playwright-core";
import { TestServer, temporaryFolder } from "../../server.ts";
import { accessibilityFindings } from "./axe.ts";
import {
  type Chromium,
  DESKTOP,
  PHONE,
  skip,
  startChromium,
  type WatchedPage,
} from "./chromium.ts";
import { seed } from "./seed.ts";

/** One server and one browser for all tests; each test has pages, and so a profile, of its own. */
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

type Visit = (path: string, options?: BrowserContextOptions) => Promise<WatchedPage>;

/** A test with pages that ends with a look at what they have complained about. */
function pageTest(
  title: string,
  run: (t: ExecutionContext, visit: Visit) => Promise<void>,
  expected: RegExp = /^$/,
): void {
  test.serial(title, async (t) => {
    t.timeout(300_000);
    if (chromium === null) return skip(t);
    const visited: WatchedPage[] = [];
    const visit: Visit = async (path, options) => {
      const watched = await chromium!.open(server.url(""), options);
      visited.push(watched);
      await watched.page.goto(server.url(path));
      return watched;
    };
    try {
      await run(t, visit);
    } finally {
      for (const { close } of visited) await close();
    }
    for (const { complaints } of visited) {
      t.deepEqual(
        complaints.errors.filter((error) => !expected.test(error)),
        [],
      );
      t.deepEqual(complaints.foreign, []);
    }
  });
}

const SCREENS = {
  Explore: "/",
  Query: "/?view=query",
  Dashboards: "/?view=dashboards",
  Operate: "/?view=operate",
};

for (const [name, path] of Object.entries(SCREENS)) {
  pageTest(`${name} can be used by everybody, in both themes and on a phone`, async (t, visit) => {
    for (const options of [
      { viewport: DESKTOP, colorScheme: "light" },
      { viewport: PHONE, colorScheme: "dark" },
    ] as const) {
      const { page } = await visit(path, options);
      await page.waitForLoadState("networkidle");
      t.deepEqual(await accessibilityFindings(page), []);
      const [width, visible] = (await page.evaluate(
        "[document.documentElement.scrollWidth, innerWidth]",
      )) as [number, number];
      t.true(width <= visible, `the page is ${width} wide of ${visible}`);
    }
  });
}
