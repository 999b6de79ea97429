import type { ComponentChildren, JSX } from "preact";

/** What a pointer can do with a row; the keyboard has keys for it on the row itself. */
export function RowAction({
  title,
  isChosen = false,
  onUse,
  children,
}: {
  title: string;
  isChosen?: boolean;
  onUse: () => void;
  children: ComponentChildren;
}): JSX.Element {
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: a row must have nothing within that takes the focus
    <span
      class={`row-action ${isChosen ? "chosen" : ""}`}
      role="presentation"
      title={title}
      onClick={(event) => {
        event.stopPropagation();
        onUse();
      }}
    >
      {children}
    </span>
  );
}
