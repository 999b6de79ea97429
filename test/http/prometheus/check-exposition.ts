/** A sample of the text that Prometheus reads. */
export interface ExposedSample {
  metric: string;
  labels: Record<string, string>;
  value: number;
  /** Milliseconds; null where there is none. */
  time: number | null;
  type: string;
}

const NAME = "[a-zA-Z_:][a-zA-Z0-9_:]*";
const QUOTED = String.raw`"(?:[^"\\\n]|\\["\\n])*"`;
const LABEL = "[a-zA-Z_][a-zA-Z0-9_]*";
const TYPES = ["counter", "gauge", "histogram", "summary", "untyped"];

/**
 * Samples of a text in Prometheus' exposition format; what the format does not allow is thrown:
 * lines of a metric that are apart, two types, a type behind its samples, a series that is there
 * twice, names, labels and numbers that are none. Quoted names are those of version 1.0.0.
 */
export function checkExposition(text: string, allowsQuotes: boolean): ExposedSample[] {
  if (text !== "" && !text.endsWith("\n")) throw new Error("the last line has no end");
  const samples: ExposedSample[] = [];
  const types = new Map<string, string>();
  const closed = new Set<string>();
  const series = new Set<string>();
  let current: string | null = null;
  const enter = (metric: string): void => {
    if (metric === current) return;
    if (current !== null) closed.add(current);
    if (closed.has(metric)) throw new Error(`${metric} is in two places`);
    current = metric;
  };
  for (const line of text.split("\n").slice(0, -1)) {
    if (line === "") continue;
    const comment = new RegExp(`^# TYPE (${NAME}|${QUOTED}) (\\w+)$`).exec(line);
    if (comment !== null) {
      const metric = unquoted(comment[1]!, allowsQuotes);
      if (types.has(metric)) throw new Error(`${metric} has two types`);
      if (!TYPES.includes(comment[2]!)) throw new Error(`there is no type ${comment[2]}`);
      enter(metric);
      types.set(metric, comment[2]!);
      continue;
    }
    if (line.startsWith("#")) continue;
    const match = new RegExp(`^(${NAME})?(?:\\{(.*)\\})? (\\S+)(?: (-?\\d+))?$`).exec(line);
    if (match === null) throw new Error(`not a line of the format: ${line}`);
    const { metric: quoted, labels } = labelsOf(match[2] ?? "", allowsQuotes);
    const metric = match[1] ?? quoted;
    if (metric === undefined || (match[1] !== undefined && quoted !== undefined)) {
      throw new Error(`no name, or two of them: ${line}`);
    }
    enter(metric);
    const key = JSON.stringify([metric, Object.entries(labels).sort()]);
    if (series.has(key)) throw new Error(`it is there twice: ${line}`);
    series.add(key);
    const value = numberOf(match[3]!);
    const time = match[4] === undefined ? null : Number(match[4]);
    samples.push({ metric, labels, value, time, type: types.get(metric) ?? "untyped" });
  }
  return samples;
}

function labelsOf(
  text: string,
  allowsQuotes: boolean,
): { metric: string | undefined; labels: Record<string, string> } {
  const labels: Record<string, string> = {};
  let metric: string | undefined;
  let rest = text;
  while (rest !== "") {
    const label = new RegExp(`^(${LABEL}|${QUOTED})=(${QUOTED})(?:,|$)`).exec(rest);
    const name = new RegExp(`^(${QUOTED})(?:,|$)`).exec(rest);
    if (label !== null) {
      const key = unquoted(label[1]!, allowsQuotes);
      if (Object.hasOwn(labels, key)) throw new Error(`two labels ${key}`);
      labels[key] = unquoted(label[2]!, true);
      rest = rest.slice(label[0].length);
    } else if (name !== null && metric === undefined && rest === text) {
      metric = unquoted(name[1]!, allowsQuotes);
      rest = rest.slice(name[0].length);
    } else throw new Error(`no labels: ${text}`);
  }
  return { metric, labels };
}

function unquoted(text: string, allowsQuotes: boolean): string {
  if (!text.startsWith('"')) return text;
  if (!allowsQuotes) throw new Error(`quotes are not of this version: ${text}`);
  return text.slice(1, -1).replace(/\\(.)/g, (_all, c: string) => (c === "n" ? "\n" : c));
}

function numberOf(text: string): number {
  if (/^[+-]Inf$/.test(text)) return text === "+Inf" ? Infinity : -Infinity;
  if (text === "NaN") return Number.NaN;
  if (!/^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(text))
    throw new Error(`no number: ${text}`);
  return Number(text);
}
