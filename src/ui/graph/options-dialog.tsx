import type { JSX } from "preact";
import { Dialog } from "../parts/dialog.tsx";
import type { GraphAddress } from "../state/page-address.ts";
import { formatOptions, type GraphOptions, parseOptions } from "./options.ts";
import { UNIT_NAMES, UNITS } from "./units.ts";

const NUMBERS = [
  ["min", "Axis from"],
  ["max", "Axis to"],
  ["warn", "Line for a warning"],
  ["crit", "Line for an alarm"],
] as const;

/** Axes, units and marks of a graph; every change is seen at once. */
export function OptionsDialog({
  graph,
  onChange,
  onClose,
}: {
  graph: GraphAddress;
  onChange: (options: string[]) => void;
  onClose: () => void;
}): JSX.Element {
  const options = parseOptions(graph.options);
  const change = (part: Partial<GraphOptions>): void =>
    onChange(formatOptions({ ...options, ...part }));
  return (
    <Dialog title="Axes and units" onClose={onClose}>
      <div class="options-form">
        <label class="label">
          Unit
          <select
            class="field"
            value={options.unit}
            onChange={(event) =>
              change({ unit: UNITS.find((unit) => unit === event.currentTarget.value) ?? "si" })
            }
          >
            {UNITS.map((unit) => (
              <option key={unit} value={unit}>
                {UNIT_NAMES[unit]}
              </option>
            ))}
          </select>
        </label>
        <label class="label">
          Where nothing is known
          <select
            class="field"
            value={options.nulls}
            onChange={(event) =>
              change({ nulls: event.currentTarget.value as GraphOptions["nulls"] })
            }
          >
            <option value="gap">a gap</option>
            <option value="join">a line leads over it</option>
            <option value="zero">zero</option>
          </select>
        </label>
        {NUMBERS.map(([name, text]) => (
          <label class="label" key={name}>
            {text}
            <input
              class="field"
              type="number"
              step="any"
              value={options[name] ?? ""}
              onChange={(event) => {
                const { value } = event.currentTarget;
                change({ [name]: value === "" ? null : Number(value) });
              }}
            />
          </label>
        ))}
        <label class="check">
          <input
            type="checkbox"
            checked={options.isLog}
            onChange={(event) => change({ isLog: event.currentTarget.checked })}
          />
          Logarithmic axis
        </label>
        <label class="check">
          <input
            type="checkbox"
            checked={options.events !== null}
            onChange={(event) => change({ events: event.currentTarget.checked ? "" : null })}
          />
          Mark events
        </label>
        {options.events !== null && (
          <label class="label">
            Only events with the tag
            <input
              class="field"
              value={options.events}
              pattern="[\w.\-]*"
              onChange={(event) =>
                change({ events: event.currentTarget.value.replace(/[^\w.-]/g, "") })
              }
            />
          </label>
        )}
        {graph.targets.length > 1 && (
          <fieldset>
            <legend>On the axis to the right</legend>
            {graph.targets.map((target, index) => (
              <label class="check" key={target}>
                <input
                  type="checkbox"
                  checked={options.right.includes(index + 1)}
                  onChange={(event) => {
                    const others = options.right.filter((one) => one !== index + 1);
                    const right = event.currentTarget.checked ? [...others, index + 1] : others;
                    change({ right: right.sort((a, b) => a - b) });
                  }}
                />
                <span class="series-name">{target}</span>
              </label>
            ))}
          </fieldset>
        )}
      </div>
    </Dialog>
  );
}
