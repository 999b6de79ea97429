import type { JSX } from "preact";
import { EmptyState } from "../parts/empty-state.tsx";

export function Screen(): JSX.Element {
  return (
    <EmptyState title="Query">
      <p>There is nothing here yet.</p>
    </EmptyState>
  );
}
