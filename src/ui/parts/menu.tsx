import type { ComponentChildren, JSX } from "preact";
import { useEffect, useId, useRef, useState } from "preact/hooks";

export interface MenuItem {
  text: string;
  /** Set on items of which one or more are chosen. */
  isChosen?: boolean;
  run: () => void;
}

/** A button that opens a list of things to do: arrows move, Enter does, Esc closes. */
export function Menu({
  label,
  items,
  children,
  buttonClass = "button quiet",
}: {
  /** What the button is called. */
  label: string;
  items: readonly MenuItem[];
  /** What the button shows. */
  children: ComponentChildren;
  buttonClass?: string;
}): JSX.Element {
  const [isOpen, setOpen] = useState(false);
  const root = useRef<HTMLDivElement>(null);
  const id = useId();

  useEffect(() => {
    if (!isOpen) return;
    const list = root.current?.querySelectorAll<HTMLElement>('[role^="menuitem"]');
    const chosen = items.findIndex((item) => item.isChosen === true);
    list?.[Math.max(chosen, 0)]?.focus();
    const closeOutside = (event: Event): void => {
      if (!root.current?.contains(event.target as Node)) setOpen(false);
    };
    document.addEventListener("pointerdown", closeOutside);
    return () => document.removeEventListener("pointerdown", closeOutside);
  }, [isOpen]);

  const close = (): void => {
    setOpen(false);
    root.current?.querySelector("button")?.focus();
  };
  const onKey = (event: KeyboardEvent): void => {
    if (!isOpen) return;
    if (event.key === "Escape") {
      event.stopPropagation();
      event.preventDefault();
      close();
    } else if (event.key === "Tab") setOpen(false);
    else moveFocus(root.current, event);
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: it only listens to keys of its items
    <div class="menu" ref={root} onKeyDown={onKey}>
      <button
        type="button"
        class={buttonClass}
        aria-label={label}
        aria-haspopup="menu"
        aria-expanded={isOpen}
        aria-controls={isOpen ? id : undefined}
        title={label}
        onClick={() => setOpen(!isOpen)}
      >
        {children}
      </button>
      {isOpen && (
        <div class="menu-list" role="menu" id={id} aria-label={label}>
          {items.map((item) => (
            <button
              key={item.text}
              type="button"
              {...(item.isChosen === undefined
                ? { role: "menuitem" }
                : { role: "menuitemradio", "aria-checked": item.isChosen })}
              tabIndex={-1}
              onClick={() => {
                close();
                item.run();
              }}
            >
              {item.text}
            </button>
          ))}
        </div>
      )}
    </div>
  );
}

function moveFocus(root: HTMLElement | null, event: KeyboardEvent): void {
  const items = [...(root?.querySelectorAll<HTMLElement>('[role^="menuitem"]') ?? [])];
  const at = items.indexOf(document.activeElement as HTMLElement);
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 }[event.key];
  if (to === undefined || items.length === 0) return;
  event.preventDefault();
  items[(to + items.length) % items.length]?.focus();
}
