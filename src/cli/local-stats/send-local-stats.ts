import { readHost } from "./host-numbers.ts";
import { LocalStats } from "./local-stats.ts";

const INTERVAL_MS = 5000;

/** Hands lines about this machine to `send`, every five seconds; returns what ends that. */
export function sendLocalStats(suffix: string, send: (lines: string) => void): () => void {
  const stats = new LocalStats(suffix);
  let isReading = false;
  const turn = async (): Promise<void> => {
    // A machine that is so busy gets no second reading beside the first.
    if (isReading) return;
    isReading = true;
    try {
      send(stats.lines(await readHost()));
    } finally {
      isReading = false;
    }
  };
  void turn();
  const timer = setInterval(() => void turn(), INTERVAL_MS);
  return () => clearInterval(timer);
}
