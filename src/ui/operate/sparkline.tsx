import type { JSX } from "preact";

const WIDTH = 160;
const HEIGHT = 32;

/** The course of some values, without a scale; those who cannot see it have the number beside it. */
export function Sparkline({ values }: { values: readonly number[] }): JSX.Element | null {
  if (values.length < 2) return <div class="sparkline" />;
  const most = Math.max(...values, Number.MIN_VALUE);
  const points = values.map((value, i) => {
    const x = (i * WIDTH) / (values.length - 1);
    const y = HEIGHT - 2 - (value / most) * (HEIGHT - 4);
    return `${x.toFixed(1)},${y.toFixed(1)}`;
  });
  return (
    <svg
      class="sparkline"
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      aria-hidden="true"
    >
      <polyline points={points.join(" ")} />
    </svg>
  );
}
