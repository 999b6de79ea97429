import type { JSX } from "preact";
import { useEffect, useId, useRef, useState } from "preact/hooks";
import { resolveRange } from "../../model/time-expression.ts";
import { knownTimeZone } from "../../model/time-zone.ts";
import { Icon } from "../parts/icon.tsx";
import {
  canZoomBack,
  navigate,
  range,
  rangeNow,
  stepRange,
  timeZone,
  zoomBack,
} from "../state/page.ts";
import { parseTimeText, rangeText, timeText, zoneOffset } from "../state/time-text.ts";

/** Ranges that end now, as they are written and called. */
const QUICK = [
  "-5min",
  "-15min",
  "-1h",
  "-3h",
  "-6h",
  "-12h",
  "-1d",
  "-2d",
  "-1w",
  "-2w",
  "-1mon",
  "-3mon",
  "-1y",
  "-2y",
  "-5y",
];

/** The range of all graphs: steps, zoom out, and a form for any range and zone. */
export function TimeRangePicker(): JSX.Element {
  const [isOpen, setOpen] = useState(false);
  const root = useRef<HTMLDivElement>(null);
  const zone = timeZone.value;
  const { from, until } = range.value;
  const text = rangeText(from, until, zone);

  useEffect(() => {
    if (!isOpen) return;
    root.current?.querySelector<HTMLElement>('[aria-pressed="true"], input')?.focus();
    const closeOutside = (event: Event): void => {
      if (!root.current?.contains(event.target as Node)) setOpen(false);
    };
    document.addEventListener("pointerdown", closeOutside);
    return () => document.removeEventListener("pointerdown", closeOutside);
  }, [isOpen]);

  const close = (): void => {
    setOpen(false);
    document.getElementById("time-range")?.focus();
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: Esc closes what is open within
    <div
      class="time-range"
      ref={root}
      onKeyDown={(event) => {
        if (!isOpen || event.key !== "Escape") return;
        event.stopPropagation();
        close();
      }}
    >
      <button
        type="button"
        class="button quiet"
        aria-label="Earlier"
        title="Earlier ([)"
        onClick={() => stepRange(-0.5)}
      >
        <Icon name="back" />
      </button>
      <button
        type="button"
        class="button"
        id="time-range"
        aria-expanded={isOpen}
        aria-label={`Time range: ${text}`}
        title="Time range (t)"
        onClick={() => setOpen(!isOpen)}
      >
        {text}
      </button>
      <button
        type="button"
        class="button quiet"
        aria-label="Later"
        title="Later (])"
        onClick={() => stepRange(0.5)}
      >
        <Icon name="forward" />
      </button>
      <button
        type="button"
        class="button quiet"
        aria-label={canZoomBack.value ? "Back from the zoom" : "Zoom out"}
        title="Zoom out (z)"
        onClick={zoomBack}
      >
        <Icon name="zoomOut" />
      </button>
      {isOpen && <RangeForm onDone={close} />}
    </div>
  );
}

function RangeForm({ onDone }: { onDone: () => void }): JSX.Element {
  const zone = timeZone.value;
  const [from, setFrom] = useState(fieldText(range.value.from, zone));
  const [until, setUntil] = useState(fieldText(range.value.until, zone));
  const [zoneText, setZoneText] = useState(zone);
  const [mistake, setMistake] = useState<string | null>(null);
  const id = useId();
  const now = Math.floor(Date.now() / 1000);

  const apply = (event: Event): void => {
    event.preventDefault();
    const known = knownTimeZone(zoneText.trim());
    if (known === null) {
      setMistake(`There is no time zone ${JSON.stringify(zoneText)}: Europe/Berlin is one.`);
      return;
    }
    const start = addressText(from, known);
    const end = addressText(until, known);
    try {
      resolveRange(start, end, now, known);
    } catch (error) {
      setMistake(error instanceof Error ? error.message : String(error));
      return;
    }
    navigate({ from: start, until: end, ...(known === zone ? {} : { tz: known }) });
    onDone();
  };
  return (
    <form class="range-form panel" onSubmit={apply} aria-label="Time range">
      <div class="quick-ranges">
        {QUICK.map((quick) => (
          <button
            type="button"
            key={quick}
            class="button quiet"
            aria-pressed={quick === range.value.from && range.value.until === "now"}
            onClick={() => {
              navigate({ from: quick, until: "" });
              onDone();
            }}
          >
            {rangeText(quick, "now", zone)}
          </button>
        ))}
      </div>
      <div class="exact-range">
        <label class="label">
          From
          <input
            class="field"
            value={from}
            spellcheck={false}
            autocomplete="off"
            onInput={(event) => setFrom(event.currentTarget.value)}
          />
        </label>
        <label class="label">
          Until
          <input
            class="field"
            value={until}
            spellcheck={false}
            autocomplete="off"
            onInput={(event) => setUntil(event.currentTarget.value)}
          />
        </label>
        <label class="label">
          Time zone, {zoneOffset(now, zone)}
          <input
            class="field"
            value={zoneText}
            spellcheck={false}
            list={id}
            onInput={(event) => setZoneText(event.currentTarget.value)}
          />
        </label>
        <datalist id={id}>
          {["UTC", ...Intl.supportedValuesOf("timeZone")].map((name) => (
            <option key={name} value={name} />
          ))}
        </datalist>
        {mistake !== null && (
          <p class="mistake" role="alert">
            {mistake}
          </p>
        )}
        <p class="hint">
          A date and time, or as Graphite reads it: -90min, noon yesterday, now-2d.
        </p>
        <div class="form-actions">
          <button
            type="button"
            class="button"
            onClick={() => {
              const shown = rangeNow();
              setFrom(timeText(shown.from, zone));
              setUntil(timeText(shown.until, zone));
            }}
          >
            Fix these times
          </button>
          <button type="submit" class="button primary">
            Apply
          </button>
        </div>
      </div>
    </form>
  );
}

function fieldText(end: string, zone: string): string {
  return /^\d{9,}$/.test(end) ? timeText(Number(end), zone) : end;
}

function addressText(text: string, zone: string): string {
  const time = parseTimeText(text, zone);
  return time === null ? text.trim() : String(time);
}
