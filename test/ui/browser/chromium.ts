import { existsSync } from "node:fs";
import type { ExecutionContext } from "ava";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";

const PROGRAM = "/usr/bin/chromium";
/** Nothing that asks the network for itself, and nothing that a machine without a screen lacks. */
const ARGUMENTS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];
/** On a machine with much else to do. */
const PATIENCE_MS = 60_000;

const TELL_VIOLATIONS = `addEventListener("securitypolicyviolation", (event) => {
  console.error("CSP:", event.violatedDirective, event.blockedURI, event.sample);
});`;

export const DESKTOP = { width: 1280, height: 800 };
export const PHONE = { width: 390, height: 844 };

/** What went wrong in a page that nobody asked for. */
export interface Complaints {
  /** Errors of scripts, of the console and of the Content-Security-Policy. */
  errors: string[];
  /** Requests to anything but the server of the page. */
  foreign: string[];
}

export interface WatchedPage {
  page: Page;
  complaints: Complaints;
  /** Ends the page and all that it has kept. */
  close(): Promise<void>;
}

/** Null where there is no Chromium. */
export async function startChromium(): Promise<Chromium | null> {
  if (!existsSync(PROGRAM)) return null;
  const browser = await chromium.launch({
    executablePath: PROGRAM,
    args: ARGUMENTS,
    timeout: PATIENCE_MS,
  });
  return new Chromium(browser);
}

export function skip(t: ExecutionContext): void {
  t.log(`skipped: there is no ${PROGRAM} (Debian's package chromium)`);
  t.pass();
}

/** A browser whose pages are watched: every one has a profile of its own. */
export class Chromium {
  readonly #browser: Browser;

  constructor(browser: Browser) {
    this.#browser = browser;
  }

  /** An empty page in a new profile; `origin` is the one server that it may ask. */
  async open(origin: string, options: BrowserContextOptions = {}): Promise<WatchedPage> {
    const context = await this.#browser.newContext({
      viewport: DESKTOP,
      reducedMotion: "reduce",
      timezoneId: "UTC",
      locale: "en-GB",
      ...options,
    });
    context.setDefaultTimeout(PATIENCE_MS);
    const complaints: Complaints = { errors: [], foreign: [] };
    await context.addInitScript({ content: TELL_VIOLATIONS });
    const page = await context.newPage();
    page.on("pageerror", (error) => complaints.errors.push(String(error)));
    page.on("console", (message) => {
      if (message.type() === "error") {
        complaints.errors.push(`${message.text()} ${message.location().url}`);
      }
    });
    page.on("request", (request) => {
      const url = request.url();
      if (!url.startsWith(`${origin}/`) && !/^(data|blob):/.test(url)) complaints.foreign.push(url);
    });
    return { page, complaints, close: () => context.close() };
  }

  close(): Promise<void> {
    return this.#browser.close();
  }
}
