import type { ComponentChildren, JSX } from "preact";

/** A table that is scrolled by itself where it is wider than the page. */
export function Scrolled({
  label,
  children,
}: {
  label: string;
  children: ComponentChildren;
}): JSX.Element {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard
    <section class="table-scroll" tabIndex={0} aria-label={label}>
      <table class="table">{children}</table>
    </section>
  );
}
