import type { ComponentChildren, JSX } from "preact";

/** Where there is nothing: what that means, and what to do next. */
export function EmptyState({
  title,
  children,
}: {
  title: string;
  children?: ComponentChildren;
}): JSX.Element {
  return (
    <div class="empty-state">
      <h2>{title}</h2>
      {children}
    </div>
  );
}
