import { address, hrefOf, navigate } from "../state/page.ts";
import { otherOf, withOthers } from "../state/page-address.ts";

export const PARTS = ["status", "cardinality", "senders", "rules", "delete"] as const;
export type Part = (typeof PARTS)[number];

/** Parameters of the address that are of this screen alone. */
type Values = Partial<Record<"part" | "prefix" | "tag" | "name" | "pattern", string | null>>;

export function partOf(): Part {
  const name = otherOf(address.value, "part");
  return PARTS.find((part) => part === name) ?? "status";
}

export function parameter(name: keyof Values): string {
  return otherOf(address.value, name) ?? "";
}

/** A link to another part, or to another place in one. */
export function hrefWith(values: Values): string {
  return hrefOf({ view: "operate", others: withOthers(address.value, values) });
}

export function goTo(values: Values): void {
  navigate({ view: "operate", others: withOthers(address.peek(), values) });
}

/** What a link does without loading the page anew; a new tab is left to the browser. */
export function followLink(event: MouseEvent, values: Values): void {
  if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
  event.preventDefault();
  goTo(values);
}
