import type { JSX } from "preact";
import { Menu } from "../parts/menu.tsx";
import { forgetQueries, type PastQuery, pastQueries } from "./history.ts";

const SHOWN = 20;
const SHOWN_LENGTH = 80;

/** What was asked for before, the latest first. */
export function HistoryMenu({
  onPick,
}: {
  onPick: (targets: PastQuery) => void;
}): JSX.Element | null {
  const past = pastQueries.value.slice(0, SHOWN);
  if (past.length === 0) return null;
  const items = past.map((targets) => ({ text: shortText(targets), run: () => onPick(targets) }));
  return (
    <Menu
      label="History of queries"
      buttonClass="button"
      items={[...items, { text: "Forget them all", run: forgetQueries }]}
    >
      History
    </Menu>
  );
}

function shortText(targets: PastQuery): string {
  const text = targets.join("  +  ");
  return text.length > SHOWN_LENGTH ? `${text.slice(0, SHOWN_LENGTH)}…` : text;
}
