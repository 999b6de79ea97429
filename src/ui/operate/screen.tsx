import "./operate.css";
import type { ComponentType, JSX } from "preact";
import { may } from "../api/config.ts";
import { CardinalityPart } from "./cardinality-part.tsx";
import { DeletePart } from "./delete-part.tsx";
import { RulesPart } from "./rules-part.tsx";
import { SendersPart } from "./senders-part.tsx";
import { StatusPart } from "./status-part.tsx";
import { followLink, hrefWith, PARTS, type Part, partOf } from "./use-operate-address.ts";

const NAMES: Record<Part, string> = {
  status: "Status",
  cardinality: "Cardinality",
  senders: "Senders",
  rules: "Rules",
  delete: "Delete",
};
const SHOWN: Record<Part, ComponentType> = {
  status: StatusPart,
  cardinality: CardinalityPart,
  senders: SendersPart,
  rules: RulesPart,
  delete: DeletePart,
};
/** Where each part begins anew. */
const NOWHERE = { prefix: null, tag: null, name: null, pattern: null };

/** For those who run the server: how it does, what it holds, and what can be done about it. */
export function Screen(): JSX.Element {
  const part = partOf();
  const Shown = SHOWN[part];
  const offered = PARTS.filter((one) => one !== "delete" || may("admin") || part === "delete");
  return (
    <div class="operate">
      <nav class="operate-parts" aria-label="Parts of Operate">
        {offered.map((one) => {
          const values = { ...NOWHERE, part: one === "status" ? null : one };
          return (
            <a
              key={one}
              class="button quiet"
              href={hrefWith(values)}
              aria-current={one === part ? "page" : undefined}
              onClick={(event) => followLink(event, values)}
            >
              {NAMES[one]}
            </a>
          );
        })}
      </nav>
      <Shown />
    </div>
  );
}
