import type { ComponentChildren, JSX } from "preact";

/** What may be wider than the page: it is scrolled by itself, by keyboard, too. */
export function TableScroll({
  label,
  children,
}: {
  label: string;
  children: ComponentChildren;
}): JSX.Element {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: who has no pointer scrolls it with the arrow keys
    <section class="table-scroll" tabIndex={0} aria-label={label}>
      {children}
    </section>
  );
}
