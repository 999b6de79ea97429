import type { Environment } from "../environment.ts";
import type { StoreView } from "../store-memory.ts";
import { KeptSeconds } from "./kept-seconds.ts";
import type { LiveFiles } from "./live-files.ts";
import type { ReachOf } from "./planner.ts";
import { expired } from "./retention.ts";
import { RetentionClock } from "./retention-clock.ts";

/** Milliseconds between two looks at all series for what they keep. */
const KEPT_LOOK_MS = 600_000;

/** Lets files go that hold nothing any more that a retention keeps. */
export class Expiry {
  readonly #env: Environment;
  readonly #view: StoreView;
  readonly #live: LiveFiles;
  readonly #reachOf: ReachOf;
  readonly #isLost: (file: string) => boolean;
  readonly #clock: RetentionClock;
  #kept: KeptSeconds | null = null;
  #keptLookAt = Number.NEGATIVE_INFINITY;
  /** What goes when retentions that were shortened begin to count; null for nothing. */
  held: { files: number; bytes: number; until: number } | null = null;
  expiredFiles = 0;

  /** `isLost` says of a file that no job waits for it, because it is damaged. */
  constructor(
    env: Environment,
    view: StoreView,
    live: LiveFiles,
    reachOf: ReachOf,
    isLost: (file: string) => boolean,
  ) {
    this.#env = env;
    this.#view = view;
    this.#live = live;
    this.#reachOf = reachOf;
    this.#isLost = isLost;
    this.#clock = new RetentionClock(env.clock);
  }

  /** Why nothing expires at present; null when all is well. */
  get problem(): string | null {
    return this.#clock.problem;
  }

  run(): void {
    const live = this.#live;
    const now = this.#clock.now(live.entries);
    if (now === null) return;
    const kept = this.#keptAt(now);
    const old = expired(live.entries, now, this.#reachOf, this.#isLost, (entry) => kept.of(entry));
    if (old.length === 0) return;
    live.commit(
      [],
      old.map(({ file }) => file),
    );
    this.expiredFiles += old.length;
  }

  #keptAt(now: number): KeptSeconds {
    const monotonicMs = this.#env.clock.monotonicMs();
    if (this.#kept !== null && monotonicMs < this.#keptLookAt) return this.#kept;
    this.#keptLookAt = monotonicMs + KEPT_LOOK_MS;
    const kept = new KeptSeconds(this.#view.series, now);
    this.#kept = kept;
    this.held = null;
    if (kept.heldUntil === null) return kept;
    const later = expired(this.#live.entries, now, this.#reachOf, this.#isLost, (entry) =>
      kept.laterOf(entry),
    );
    const bytes = later.reduce((sum, entry) => sum + entry.bytes, 0);
    if (later.length > 0) this.held = { files: later.length, bytes, until: kept.heldUntil };
    return kept;
  }
}
