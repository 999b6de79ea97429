import { signal } from "@preact/signals";

/** Whether somebody can see the page; what is only for eyes stops otherwise. */
export const isVisible = signal(!document.hidden);

document.addEventListener("visibilitychange", () => {
  isVisible.value = !document.hidden;
});
