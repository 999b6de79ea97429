/** The screens; `explore` is the one that an address without `view` means. */
export const VIEWS = ["explore", "query", "dashboards", "operate"] as const;
export type View = (typeof VIEWS)[number];

/** How a graph draws its series. */
export const MODES = ["line", "area", "stacked", "points", "band", "deviation"] as const;
export type Mode = (typeof MODES)[number];

/** A graph as an address names it: `g=MODE[,OPTION…]:TARGET` and the `t=TARGET` that follow. */
export interface GraphAddress {
  mode: Mode;
  /** `log`, `unit=bytes` …, in the order in which they are written. */
  options: readonly string[];
  targets: readonly string[];
}

/** All that a page shows follows from its address. */
export interface PageAddress {
  view: View;
  /** Times as `/render` takes them; empty for the defaults. */
  from: string;
  until: string;
  /** IANA name, or empty for the browser's zone. */
  tz: string;
  graphs: readonly GraphAddress[];
  /** Name of a saved dashboard. */
  dashboard: string | null;
  /** Parameters of the screens' own, by name, in the order in which they came. */
  others: readonly (readonly [name: string, value: string])[];
}

export const DEFAULT_FROM = "-1h";
export const DEFAULT_UNTIL = "now";

const GRAPH = new RegExp(`^(${MODES.join("|")})((?:,[\\w=.%+-]+)*):`);

const EMPTY: PageAddress = {
  view: "explore",
  from: "",
  until: "",
  tz: "",
  graphs: [],
  dashboard: null,
  others: [],
};

/** Reads the query of an address. Whatever it says, there is a page that shows it. */
export function parseAddress(query: string): PageAddress {
  const address = { ...EMPTY };
  const graphs: GrowingGraph[] = [];
  const others: [string, string][] = [];
  for (const [name, value] of new URLSearchParams(query)) {
    if (name === "from" || name === "until" || name === "tz") address[name] = value;
    else if (name === "dashboard") address.dashboard = value;
    else if (name === "view") address.view = VIEWS.find((view) => view === value) ?? "explore";
    else if (name === "g") graphs.push(parseGraph(value));
    else if (name === "t") {
      const last = graphs.at(-1);
      if (last === undefined) graphs.push({ mode: "line", options: [], targets: [value] });
      else last.targets.push(value);
    } else others.push([name, value]);
  }
  if (address.dashboard !== null && !/[?&]?view=/.test(query)) address.view = "dashboards";
  return { ...address, graphs, others };
}

/** The query of an address, with its `?`; empty when there is nothing to say. */
export function formatAddress(address: PageAddress): string {
  const pairs: [string, string][] = [];
  const { view, dashboard } = address;
  if (view !== "explore" && !(view === "dashboards" && dashboard !== null)) {
    pairs.push(["view", view]);
  }
  for (const name of ["from", "until", "tz"] as const) {
    if (address[name] !== "") pairs.push([name, address[name]]);
  }
  if (dashboard !== null) pairs.push(["dashboard", dashboard]);
  for (const { mode, options, targets } of address.graphs) {
    const [first = "", ...more] = targets;
    pairs.push(["g", `${[mode, ...options].join(",")}:${first}`]);
    for (const target of more) pairs.push(["t", target]);
  }
  pairs.push(...address.others.map(([name, value]): [string, string] => [name, value]));
  return pairs.length === 0
    ? ""
    : `?${pairs.map(([name, value]) => `${name}=${escaped(value)}`).join("&")}`;
}

/** A parameter of a screen's own. */
export function otherOf(address: PageAddress, name: string): string | null {
  return address.others.find(([one]) => one === name)?.[1] ?? null;
}

/** The same with other values of a screen's own parameters; null takes one away. */
export function withOthers(
  address: PageAddress,
  values: Readonly<Record<string, string | null>>,
): PageAddress["others"] {
  const kept = address.others.filter(([name]) => !(name in values));
  const added = Object.entries(values).filter((pair): pair is [string, string] => pair[1] !== null);
  return [...kept, ...added];
}

interface GrowingGraph extends GraphAddress {
  targets: string[];
}

/** What does not begin with a mode is all target. */
function parseGraph(value: string): GrowingGraph {
  const [head = "", name, rest = ""] = GRAPH.exec(value) ?? [];
  const mode = MODES.find((one) => one === name) ?? "line";
  const target = value.slice(head.length);
  const options = rest.split(",").filter((option) => option !== "");
  return { mode, options, targets: target === "" ? [] : [target] };
}

/** Readable where it may be: what targets are full of stays as it is. */
function escaped(value: string): string {
  return encodeURIComponent(value).replace(/%(?:2A|2C|3A|3B|3D|20|28|29|2F|40|7B|7D)/g, (code) =>
    code === "%20" ? "+" : code === "%7B" || code === "%7D" ? code : decodeURIComponent(code),
  );
}
