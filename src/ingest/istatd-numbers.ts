/** Own numbers, and refusals by "protocol reason", since the start. */
export interface IstatdNumbersNow {
  numbers: Readonly<Record<string, number>>;
  refusals: ReadonlyMap<string, number>;
  residentBytes: number;
}

/** Of istatd's own counters of events: what here is counted for each. */
const EVENTS: Record<string, { numbers?: string[]; refusals?: string[] }> = {
  "counter.created": { numbers: ["series", "deleted_series"] },
  "counter.from_future": { refusals: ["from-future"] },
  "counter.from_past": { refusals: ["too-old"] },
  "counter.rejected": { refusals: ["bucket-inconsistent"] },
  "statserver.commands.bad": {
    refusals: ["line-malformed", "number-malformed", "meta-malformed"],
  },
  "statserver.commands.reserved": { refusals: ["command-reserved"] },
  "statserver.drops": { refusals: ["idle", "too-many-connections"] },
  "blacklist.count": { refusals: ["host-blacklisted"] },
  exceptions: { numbers: ["failures"] },
};

/**
 * The server's own numbers under the names that istatd has for them, as istat lines: those for which
 * there is an honest counterpart. An event is sent when there were any since the last time.
 */
export class IstatdNumbers {
  #before: Map<string, number> | null = null;

  lines({ numbers, refusals, residentBytes }: IstatdNumbersNow): string {
    const now = new Map<string, number>();
    for (const [name, { numbers: own = [], refusals: reasons = [] }] of Object.entries(EVENTS)) {
      let sum = 0;
      for (const one of own) sum += numbers[one] ?? 0;
      for (const reason of reasons) sum += refusals.get(`istat ${reason}`) ?? 0;
      now.set(name, sum);
    }
    const before = this.#before;
    this.#before = now;
    let text = `istatd.app.memory.vmrss ${residentBytes}\n`;
    text += `istatd.statserver.connected ${numbers.connections ?? 0}\n`;
    if (before === null) return text;
    for (const [name, sum] of now) {
      const grown = sum - before.get(name)!;
      if (grown > 0) text += `*istatd.${name} ${grown}\n`;
    }
    return text;
  }
}
