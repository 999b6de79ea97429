/** How many hues there are; further series repeat them with another dash. */
const HUES = 8;
const DASHES: readonly (readonly number[])[] = [[], [7, 4], [2, 3], [10, 3, 2, 3]];

/** Colours of the theme, as the style sheet has them now. */
export interface Palette {
  series(index: number): string;
  ink: string;
  soft: string;
  grid: string;
  accent: string;
  warn: string;
  crit: string;
}

export function paletteNow(): Palette {
  const style = getComputedStyle(document.documentElement);
  const token = (name: string): string => style.getPropertyValue(`--${name}`).trim();
  const hues = Array.from({ length: HUES }, (_, i) => token(`series-${i + 1}`));
  return {
    series: (index) => hues[index % HUES]!,
    ink: token("ink"),
    soft: token("ink-soft"),
    grid: token("grid"),
    accent: token("accent"),
    warn: token("warning"),
    crit: token("danger"),
  };
}

/** The token of a series' colour, for style sheets. */
export function colourToken(index: number): string {
  return `var(--series-${(index % HUES) + 1})`;
}

export function dashOf(index: number): number[] {
  return [...DASHES[Math.floor(index / HUES) % DASHES.length]!];
}

/** A colour of the form #rrggbb, let through by `alpha` (0 to 1). */
export function faded(colour: string, alpha: number): string {
  const value = Math.round(alpha * 255)
    .toString(16)
    .padStart(2, "0");
  return /^#[0-9a-f]{6}$/i.test(colour) ? colour + value : colour;
}
