import { signal } from "@preact/signals";

export interface ToastText {
  id: number;
  text: string;
}

const SHOWN_MS = 5000;
let lastId = 0;

export const toasts = signal<readonly ToastText[]>([]);

/** Says something for a moment, to the eye and to screen readers. */
export function say(text: string): void {
  const id = ++lastId;
  toasts.value = [...toasts.peek().slice(-2), { id, text }];
  setTimeout(() => {
    toasts.value = toasts.peek().filter((toast) => toast.id !== id);
  }, SHOWN_MS);
}
