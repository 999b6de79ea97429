import { signal } from "@preact/signals";
import type { ComponentType, JSX } from "preact";
import { useEffect } from "preact/hooks";
import { ErrorText } from "../parts/error-text.tsx";
import type { View } from "../state/page-address.ts";

/** Each screen comes in files of its own, when it is first shown. */
const LOADERS: Record<View, () => Promise<{ Screen: ComponentType }>> = {
  explore: () => import("../explore/screen.tsx"),
  query: () => import("../query/screen.tsx"),
  dashboards: () => import("../dashboards/screen.tsx"),
  operate: () => import("../operate/screen.tsx"),
};

const loaded = signal<Partial<Record<View, ComponentType | Error>>>({});

export function CurrentScreen({ view }: { view: View }): JSX.Element {
  useEffect(() => void load(view), [view]);
  const Found = loaded.value[view];
  if (Found instanceof Error) {
    return <ErrorText error={Found} onRetry={() => void load(view)} />;
  }
  if (Found === undefined) return <p class="sr-only">Loading</p>;
  return <Found />;
}

async function load(view: View): Promise<void> {
  if (typeof loaded.peek()[view] === "function") return;
  try {
    const { Screen } = await LOADERS[view]();
    loaded.value = { ...loaded.peek(), [view]: Screen };
  } catch {
    // After an update of the server the files that this page knows are gone.
    const error = new Error("This part of the page could not be loaded. Reload the page.");
    loaded.value = { ...loaded.peek(), [view]: error };
  }
}
