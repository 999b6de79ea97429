import type { ComponentChildren, JSX } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";

/** Rows above and below those that can be seen. */
const SPARE_ROWS = 8;
/** Browsers draw nothing that is higher; a longer list is scrolled in proportion. */
const MAX_HEIGHT = 8_000_000;

/**
 * A list of any length of rows of one height: only those that can be seen are in the document.
 * `render` may be asked for rows that are not loaded yet.
 */
export function VirtualList({
  count,
  rowHeight,
  render,
  focusedRow = -1,
  onShown,
  ...attributes
}: {
  count: number;
  /** Pixels. */
  rowHeight: number;
  render: (row: number) => ComponentChildren;
  /** It is scrolled to when it changes; -1 for none. */
  focusedRow?: number;
  /** Told which rows are in the document. */
  onShown?: (first: number, end: number) => void;
} & Omit<JSX.HTMLAttributes<HTMLDivElement>, "ref" | "onScroll" | "children">): JSX.Element {
  const ref = useRef<HTMLDivElement>(null);
  const [{ top, height }, setView] = useState({ top: 0, height: 0 });
  const total = Math.min(count * rowHeight, MAX_HEIGHT);
  const visible = Math.ceil(height / rowHeight);
  // Where the list is higher than a browser can draw, the scroll bar moves through its rows.
  const scale = total > height ? (count * rowHeight - height) / (total - height) : 1;
  const first = Math.max(0, Math.floor((top * scale) / rowHeight) - SPARE_ROWS);
  const end = Math.min(count, first + visible + 2 * SPARE_ROWS);
  const offset = top + first * rowHeight - top * scale;

  useLayoutEffect(() => {
    const element = ref.current!;
    const look = (): void => setView({ top: element.scrollTop, height: element.clientHeight });
    look();
    const observer = new ResizeObserver(look);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  useLayoutEffect(() => {
    if (focusedRow < 0) return;
    const element = ref.current!;
    const at = focusedRow * rowHeight;
    const seen = element.scrollTop * scale;
    if (at < seen) element.scrollTop = at / scale;
    else if (at + rowHeight > seen + element.clientHeight) {
      element.scrollTop = (at + rowHeight - element.clientHeight) / scale;
    }
  }, [focusedRow]);
  useLayoutEffect(() => onShown?.(first, end), [first, end, count]);

  const rows: ComponentChildren[] = [];
  for (let row = first; row < end; row++) rows.push(render(row));
  return (
    <div
      {...attributes}
      ref={ref}
      class={`virtual-list ${attributes.class ?? ""}`}
      onScroll={(event) => {
        const { scrollTop, clientHeight } = event.currentTarget;
        setView({ top: scrollTop, height: clientHeight });
      }}
    >
      <div role="presentation" style={{ height: `${total}px` }}>
        <div role="presentation" style={{ transform: `translateY(${offset}px)` }}>
          {rows}
        </div>
      </div>
    </div>
  );
}
