import type { HostNumbers } from "./host-numbers.ts";

/**
 * Numbers of this machine as istat lines, as istatd's `--local-stats` names them. Bytes, packets and
 * errors are what came since the last time; so the first time has none.
 */
export class LocalStats {
  readonly #suffix: string;
  #before: HostNumbers | null = null;

  /** `suffix` stands behind each name; a dot comes between where it begins with neither `.` nor `^`. */
  constructor(suffix: string) {
    this.#suffix = /^[.^]/.test(suffix) ? suffix : `.${suffix}`;
  }

  lines(now: HostNumbers): string {
    const before = this.#before;
    this.#before = now;
    let text = "";
    const put = (name: string, value: number): void => {
      if (Number.isFinite(value)) text += `localstat.${name}${this.#suffix} ${value}\n`;
    };
    for (const [name, value] of now.gauges) put(name, value);
    if (before === null) return text;
    for (const [name, value] of now.totals) {
      const grown = value - (before.totals.get(name) ?? Number.NaN);
      // A device that was taken out and put in again counts from 0.
      if (grown >= 0) put(name, grown);
    }
    const ticks = [...now.cpu].map(
      ([name, value]) => [name, Math.max(0, value - (before.cpu.get(name) ?? 0))] as const,
    );
    const all = ticks.reduce((sum, [, grown]) => sum + grown, 0);
    if (all > 0) for (const [name, grown] of ticks) put(`cpu.${name}`, (grown / all) * 100);
    return text;
  }
}
