import type { JSX } from "preact";

/** How much of a whole something is. */
export function ShareBar({ part, whole }: { part: number; whole: number }): JSX.Element {
  const share = whole === 0 ? 0 : part / whole;
  const text = share > 0 && share < 0.001 ? "<0.1 %" : `${(share * 100).toFixed(1)} %`;
  return (
    <span class="share">
      <svg class="share-bar" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
        <rect class="share-whole" width="100" height="8" />
        <rect class="share-part" width={Math.max(share * 100, share > 0 ? 0.5 : 0)} height="8" />
      </svg>
      <span class="number">{text}</span>
    </span>
  );
}
