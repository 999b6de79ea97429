import type { JSX } from "preact";
import { HEIGHT, pathOf, WIDTH } from "./course.ts";

/** The course of a series as a small picture; its numbers stand beside it. */
export function Sparkline({ values }: { values: readonly (number | null)[] }): JSX.Element {
  return (
    <svg class="sparkline" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} aria-hidden="true" focusable="false">
      <path d={pathOf(values)} />
    </svg>
  );
}
