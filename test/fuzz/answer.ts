export interface AnswerSeries {
  target: unknown;
  tags: Record<string, string>;
  datapoints: [number | null, number][];
}

/** What a server says to a /render request; no series when it says that it cannot. */
export interface Answer {
  status: number;
  series: AnswerSeries[] | null;
  /** Of an error. */
  message: string;
}

export type Params = Readonly<Record<string, string>>;

/** @throws Error when there is no answer within `ms` */
export async function ask(url: string, params: Params, ms: number): Promise<Answer> {
  const response = await fetch(url, {
    method: "POST",
    body: new URLSearchParams(params),
    signal: AbortSignal.timeout(ms),
  });
  const text = await response.text();
  if (response.status !== 200) {
    return { status: response.status, series: null, message: messageOf(text) };
  }
  return { status: 200, series: parseJson(text) as AnswerSeries[], message: "" };
}

/** Python writes numbers that JSON does not have. */
export function parseJson(text: string): unknown {
  return JSON.parse(text.replace(/([[:,]\s*-?)(?:Infinity|NaN)/g, "$11e9999"));
}

function messageOf(text: string): string {
  // Graphite's page about a crash ends with the exception.
  const exception = text.match(/^\w+(?:Error|Exception)\b.*$/gm)?.at(-1);
  return (exception ?? text).trim().slice(0, 300);
}

export interface Difference {
  kind: "status" | "names" | "points" | "times" | "values" | "tags";
  text: string;
}

/** What ours says otherwise, or null. Where Graphite refuses or crashes, ours may do what it likes. */
export function differenceOf(graphite: Answer, ours: Answer, later = 0): Difference | null {
  if (graphite.series === null) return null;
  if (ours.series === null) {
    // It answers with nothing to what it cannot parse.
    if (graphite.series.length === 0) return null;
    return { kind: "status", text: `ours is ${ours.status}: ${ours.message}` };
  }
  // Graphite leaves out a series without any point, at least mostly.
  const theirs = graphite.series.filter((one) => one.datapoints.length > 0);
  const our = ours.series.filter((one) => one.datapoints.length > 0);
  const names = theirs.map((one) => String(one.target));
  const ourNames = our.map((one) => String(one.target));
  const at = names.findIndex((name, i) => name !== ourNames[i]);
  if (at >= 0 || names.length !== ourNames.length) {
    const i = at >= 0 ? at : names.length;
    const counts = `${names.length} and ${ourNames.length} series`;
    return {
      kind: "names",
      text: `${counts}; number ${i}: ${shown(names[i])} ours ${shown(ourNames[i])}`,
    };
  }
  let found: Difference | null = null;
  for (const [i, one] of theirs.entries()) {
    found ??= seriesDifference(one, our[i]!, later);
  }
  return found;
}

function seriesDifference(
  theirs: AnswerSeries,
  ours: AnswerSeries,
  later: number,
): Difference | null {
  const name = String(theirs.target);
  const [a, b] = [theirs.datapoints, ours.datapoints];
  const times = `${spanOf(a, later)} ours ${spanOf(b, 0)}`;
  if (a.length > 0 && b.length > 0 && a[0]![1] - later !== b[0]![1])
    return { kind: "times", text: `${name}: ${times}` };
  if (a.length !== b.length) return { kind: "points", text: `${name}: ${times}` };
  const largest = Math.max(...a.map(([value]) => Math.abs(value ?? 0)).filter(Number.isFinite), 0);
  for (let i = 0; i < a.length; i++) {
    const [value, time] = a[i]!;
    const [ourValue, ourTime] = b[i]!;
    if (time - later !== ourTime) return { kind: "times", text: `${name}: ${times}` };
    if (!isSame(value, ourValue, largest)) {
      const text = `${name} point ${i} of ${a.length} at ${time}: ${value} ours ${ourValue}`;
      return { kind: "values", text };
    }
  }
  const [tags, ourTags] = [theirs.tags, ours.tags].map((one) =>
    JSON.stringify(Object.entries(one).sort(([x], [y]) => (x < y ? -1 : 1))),
  );
  return tags === ourTags ? null : { kind: "tags", text: `${name}: ${tags} ours ${ourTags}` };
}

/** Infinities are null in our JSON. What is lost when large values cancel out is no difference. */
function isSame(theirs: number | null, ours: number | null, largest: number): boolean {
  if (theirs === null || ours === null) {
    return ours === null && (theirs === null || !Number.isFinite(theirs));
  }
  const size = Math.max(Math.abs(theirs), Math.abs(ours));
  return Math.abs(theirs - ours) <= 1e-9 * size + Math.min(1e-9, 1e-12 * largest) + 1e-12;
}

function spanOf(points: readonly [number | null, number][], later: number): string {
  const [first, second] = points;
  if (first === undefined) return "no points";
  const step = second === undefined ? "?" : second[1] - first[1];
  return `${points.length} points from ${first[1] - later} every ${step}`;
}

function shown(name: string | undefined): string {
  return name === undefined ? "nothing" : JSON.stringify(name);
}
