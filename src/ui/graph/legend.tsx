import type { JSX } from "preact";
import { useMemo, useState } from "preact/hooks";
import { colourToken } from "./colours.ts";
import { cursorTime } from "./cursor.ts";
import { figuresOf, type GraphSeries, type SeriesFigures, valueAt } from "./series.ts";
import { type Unit, valueText } from "./units.ts";

const FIGURES = ["last", "min", "mean", "max", "sum"] as const;
const NAMES: Record<(typeof FIGURES)[number], string> = {
  last: "Last",
  min: "Min",
  mean: "Mean",
  max: "Max",
  sum: "Sum",
};
/** More rows are shown only when they are asked for. */
const MAX_ROWS = 50;

/**
 * All series of a graph with their figures. A click shows one alone, or all again; with Ctrl it hides
 * or shows one.
 */
export function Legend({
  series,
  hidden,
  unit,
  onHide,
}: {
  series: readonly GraphSeries[];
  hidden: ReadonlySet<string>;
  unit: Unit;
  onHide: (hidden: ReadonlySet<string>) => void;
}): JSX.Element {
  const [isWhole, setWhole] = useState(false);
  const [sort, setSort] = useState<(typeof FIGURES)[number] | null>(null);
  const rows = useMemo(() => {
    const all = series.map((one, index) => ({ one, index, figures: figuresOf(one) }));
    if (sort === null) return all;
    const least = Number.NEGATIVE_INFINITY;
    return all.sort((a, b) => (b.figures[sort] ?? least) - (a.figures[sort] ?? least));
  }, [series, sort]);
  const shown = isWhole ? rows : rows.slice(0, MAX_ROWS);

  const choose = (name: string, isToggle: boolean): void => {
    if (isToggle) {
      const next = new Set(hidden);
      if (!next.delete(name)) next.add(name);
      onHide(next);
      return;
    }
    const others = series.filter((one) => one.name !== name).map((one) => one.name);
    const isAlone =
      !hidden.has(name) && others.length > 0 && others.every((one) => hidden.has(one));
    onHide(new Set(isAlone ? [] : others));
  };
  return (
    <div class="legend">
      <table>
        <thead>
          <tr>
            <th scope="col">Series</th>
            <th scope="col" class="number at-cursor">
              Cursor
            </th>
            {FIGURES.map((figure) => (
              <th
                key={figure}
                scope="col"
                class="number"
                aria-sort={figure === sort ? "descending" : "none"}
              >
                <button type="button" onClick={() => setSort(figure === sort ? null : figure)}>
                  {NAMES[figure]}
                </button>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {shown.map(({ one, index, figures }) => (
            <LegendRow
              key={one.name}
              series={one}
              index={index}
              figures={figures}
              isHidden={hidden.has(one.name)}
              unit={unit}
              onChoose={choose}
            />
          ))}
        </tbody>
      </table>
      {rows.length > shown.length && (
        <button type="button" class="button quiet" onClick={() => setWhole(true)}>
          {rows.length - shown.length} more
        </button>
      )}
    </div>
  );
}

function LegendRow({
  series,
  index,
  figures,
  isHidden,
  unit,
  onChoose,
}: {
  series: GraphSeries;
  index: number;
  figures: SeriesFigures;
  isHidden: boolean;
  unit: Unit;
  onChoose: (name: string, isToggle: boolean) => void;
}): JSX.Element {
  return (
    <tr class={isHidden ? "hidden-series" : ""}>
      <th scope="row">
        <button
          type="button"
          aria-pressed={!isHidden}
          title={series.name}
          onClick={(event) => onChoose(series.name, event.ctrlKey || event.metaKey)}
        >
          <span class="swatch" style={{ background: colourToken(index) }} />
          <span class="series-name">{series.name}</span>
        </button>
      </th>
      <td class="number at-cursor">
        <CursorValue series={series} unit={unit} />
      </td>
      {FIGURES.map((figure) => (
        <td key={figure} class="number">
          {valueText(figures[figure], unit)}
        </td>
      ))}
    </tr>
  );
}

/** Only this text changes while the pointer moves. */
function CursorValue({ series, unit }: { series: GraphSeries; unit: Unit }): JSX.Element {
  const time = cursorTime.value;
  return <>{time === null ? "" : valueText(valueAt(series, series.values, time), unit)}</>;
}
