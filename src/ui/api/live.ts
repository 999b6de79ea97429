import { effect, signal } from "@preact/signals";
import { isVisible } from "../state/visibility.ts";
import { doorUrl } from "./ask.ts";
import type { LivePoints } from "./live-points.ts";

/** Targets of a stream, as the server limits them. */
const MAX_TARGETS = 100;
/** Graphs that come and go at the same time make one new stream, milliseconds. */
const PAUSE_MS = 150;

interface Subscriber {
  targets: readonly string[];
  onPoints: (points: LivePoints) => void;
}

const subscribers = new Set<Subscriber>();
let stream: EventSource | null = null;
let openTargets = "";
let timer: ReturnType<typeof setTimeout> | undefined;

/** Whether a stream is open and well. */
export const isLiveNow = signal(false);

/**
 * Tells of new points of targets about every second, as long as the page can be seen. All of a page
 * share one stream: a browser has few connections to a server. Returns what ends it.
 */
export function subscribeLive(
  targets: readonly string[],
  onPoints: (points: LivePoints) => void,
): () => void {
  const subscriber = { targets, onPoints };
  subscribers.add(subscriber);
  reopenSoon();
  return () => {
    subscribers.delete(subscriber);
    reopenSoon();
  };
}

effect(() => {
  void isVisible.value;
  reopenSoon();
});

function reopenSoon(): void {
  clearTimeout(timer);
  timer = setTimeout(reopen, PAUSE_MS);
}

function reopen(): void {
  const wanted = isVisible.peek() ? [...subscribers].flatMap(({ targets }) => targets) : [];
  const targets = [...new Set(wanted)].sort().slice(0, MAX_TARGETS);
  const key = JSON.stringify(targets);
  if (key === openTargets && stream?.readyState !== EventSource.CLOSED) return;
  stream?.close();
  stream = null;
  isLiveNow.value = false;
  openTargets = key;
  if (targets.length === 0) return;
  stream = new EventSource(`./${doorUrl("_/live", { target: targets, step: 1 })}`);
  stream.addEventListener("open", () => {
    isLiveNow.value = true;
  });
  stream.addEventListener("error", () => {
    isLiveNow.value = false;
  });
  stream.addEventListener("points", (event) => {
    const points = JSON.parse(String(event.data)) as LivePoints;
    for (const { onPoints } of subscribers) onPoints(points);
  });
}
