import test from "ava";
import { Progress } from "../../src/cli/progress.ts";
import { bytesText, countText, durationText } from "../../src/cli/units.ts";

/** What is written to a stream while a clock is turned by hand. */
class Screen {
  ms = 0;
  texts: string[] = [];
  readonly isTTY: boolean;
  columns = 80;

  constructor(isTTY: boolean) {
    this.isTTY = isTTY;
  }

  write(text: string): void {
    this.texts.push(text);
  }

  progress(): Progress {
    return new Progress("check", bytesText, this, () => this.ms);
  }
}

test("without a terminal there is a line every ten seconds, with rate and time left", (t) => {
  const screen = new Screen(false);
  const progress = screen.progress();
  for (let second = 1; second <= 35; second++) {
    screen.ms = second * 1000;
    progress.update(second * 2 ** 20, 100 * 2 ** 20);
    progress.clear();
  }
  t.deepEqual(screen.texts, [
    "check: 10%, 10.0 MiB of 100 MiB, 1.0 MiB/s, 1 min 30 s left\n",
    "check: 20%, 20.0 MiB of 100 MiB, 1.0 MiB/s, 1 min 20 s left\n",
    "check: 30%, 30.0 MiB of 100 MiB, 1.0 MiB/s, 1 min 10 s left\n",
  ]);
});

test("work that is done at once shows nothing", (t) => {
  for (const isTTY of [false, true]) {
    const screen = new Screen(isTTY);
    const progress = screen.progress();
    progress.update(10, 10);
    progress.clear();
    t.deepEqual(screen.texts, []);
  }
});

test("on a terminal a bar is drawn in place, as wide as fits, and taken away for other lines", (t) => {
  const screen = new Screen(true);
  screen.columns = 60;
  const progress = screen.progress();
  for (let i = 1; i <= 4; i++) {
    screen.ms = i * 60;
    progress.update(i * 2 ** 20, 8 * 2 ** 20);
  }
  // At 120 ms and 240 ms: it is not drawn more often than ten times a second.
  t.is(screen.texts.length, 2);
  for (const text of screen.texts) {
    t.regex(text, /^\rcheck \[#+-+\] \d+%/);
    t.true(text.endsWith("\u001b[K"));
    t.true(text.length - 4 < 60);
  }
  screen.columns = 200;
  screen.ms = 1000;
  progress.update(5 * 2 ** 20, 8 * 2 ** 20);
  t.regex(screen.texts.at(-1)!, /^\rcheck \[#{19}-{11}\] 62%, .*, 1 s left\u001b\[K$/);
  progress.clear();
  t.is(screen.texts.at(-1), "\r\u001b[K");
  progress.clear();
  t.is(screen.texts.length, 4);
});

test("amounts are written for people", (t) => {
  t.deepEqual([0, 1023, 1024, 1.5 * 2 ** 20, 200 * 2 ** 30].map(bytesText), [
    "0 B",
    "1023 B",
    "1.0 KiB",
    "1.5 MiB",
    "200 GiB",
  ]);
  t.deepEqual([0.2, 59, 61, 3600, 7500].map(durationText), [
    "1 s",
    "59 s",
    "1 min 1 s",
    "1 h 0 min",
    "2 h 5 min",
  ]);
  t.is(countText(1, "file"), "1 file");
  t.is(countText(12_345, "file"), "12,345 files");
  t.is(countText(2, "series", "series"), "2 series");
});
