import type { JSX } from "preact";
import type { ActiveCall } from "../completion/expected.ts";
import { describeParam } from "../completion/offers.ts";

/** How the function around the cursor is called; the parameter that the cursor is at stands out. */
export function Signature({ active }: { active: ActiveCall | null }): JSX.Element {
  if (active === null || active.doc === null) return <div class="signature" />;
  const { doc, param } = active;
  return (
    <div class="signature">
      <code>
        {doc.name}(
        {doc.params.map((one, i) => (
          <span key={one.name}>
            {i > 0 && ", "}
            <span class={one === param ? "active" : ""}>
              {one.isMultiple && "*"}
              {one.name}
              {!one.isRequired && !one.isMultiple && "?"}
            </span>
          </span>
        ))}
        )
      </code>{" "}
      <span>{param === null ? doc.description : `${param.name}: ${describeParam(param)}`}</span>
    </div>
  );
}
