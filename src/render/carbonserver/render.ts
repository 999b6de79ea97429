import { cutAtEnd } from "../../model/consolidation.ts";
import { GraphiteError } from "../../model/errors.ts";
import { resolveRange } from "../../model/time-expression.ts";
import type { TimeSeries } from "../../model/time-series.ts";
import { errorsHeader } from "../broken-targets.ts";
import {
  brokenTargets,
  deadline,
  evaluateTargets,
  type Target,
  targetOf,
} from "../evaluate-targets.ts";
import { peerExpression } from "../peer-target.ts";
import type { QueryAnswer } from "../query-job.ts";
import type { RenderLimits } from "../render.ts";
import type { SeriesSource } from "../series-source.ts";
import { capitalised, nothingFound, okAnswer } from "./answer.ts";
import { decodeMessage, encodeMessage } from "./messages.ts";
import { CONTENT_TYPES, type Protocol } from "./protocol.ts";

/** A request for data as carbonapi sends it to a backend. */
export interface PeerRender {
  protocol: Protocol;
  /** Targets that share a range, unless there is a body. */
  names: readonly string[];
  from?: string | undefined;
  until?: string | undefined;
  /** A v3.MultiFetchRequest. */
  body?: Uint8Array | undefined;
}

/** One target in a range of its own; `pathExpression` is what the frontend files the answer under. */
interface Entry {
  name: string;
  pathExpression: string;
  startTime: number;
  stopTime: number;
}

/** Longer answers are of no use to anybody, and must not fill the memory. */
const MAX_BYTES = 512 << 20;

/**
 * Answers a frontend with data as they are stored: no consolidation, each range at its own step.
 * Names are paths, patterns, or `seriesByTag(...)`; other calls are evaluated, in case the frontend
 * leaves that to us.
 *
 * @throws GraphiteError for what is wrong with the request as a whole
 */
export async function peerRender(
  request: PeerRender,
  source: SeriesSource,
  timeZone: string,
  limits: RenderLimits,
): Promise<QueryAnswer> {
  const now = Math.floor(Date.now() / 1000);
  const entries = entriesOf(request, now, timeZone);
  const targets = entries.map(({ name, startTime, stopTime }) =>
    targetOf(name, peerExpression(name), { from: startTime, until: stopTime }),
  );
  const options = {
    timeZone,
    now,
    xFilesFactor: 0,
    maxDatapoints: limits.maxDatapoints,
    checkTime: deadline(limits.seconds),
  };
  await evaluateTargets(targets, source, options, { limits });
  const broken = brokenTargets(targets);
  if (broken.length > 0 && broken.length === targets.length) throw targets[0]!.error!;
  const series = targets.flatMap((target, i) =>
    target.result.map((one) => ({ series: cutAtEnd(one), entry: entries[i]! })),
  );
  if (series.length === 0) return nothingFound();
  checkSize(series.map((one) => one.series));
  const message =
    request.protocol === "v3"
      ? encodeMessage("v3.MultiFetchResponse", { metrics: series.map(v3Series) })
      : encodeMessage("v2.MultiFetchResponse", {
          metrics: series.map(({ series }) => v2Series(series)),
        });
  const answer = okAnswer(CONTENT_TYPES[request.protocol], message);
  if (broken.length > 0) answer.headers["x-statite-errors"] = errorsHeader(broken);
  answer.problems = problemsOf(targets);
  return answer;
}

function entriesOf({ names, from, until, body }: PeerRender, now: number, zone: string): Entry[] {
  if (body === undefined) {
    const window = resolveRange(from, until, now, zone);
    return names.map((name) => ({
      name,
      pathExpression: name,
      startTime: window.from,
      stopTime: window.until,
    }));
  }
  const { metrics = [] } = decodeMessage<{ metrics?: Entry[] }>("v3.MultiFetchRequest", body);
  for (const { name, startTime, stopTime } of metrics) {
    if (stopTime > startTime) continue;
    const message = `${name} is asked for from ${startTime} until ${stopTime}: an empty time range`;
    throw new GraphiteError("ERR_TIME", message);
  }
  return metrics.map((entry) => ({ ...entry, pathExpression: entry.pathExpression || entry.name }));
}

function v3Series({
  series,
  entry,
}: {
  series: TimeSeries;
  entry: Entry;
}): Record<string, unknown> {
  const { name, start, step, values, consolidation } = series;
  return {
    name,
    pathExpression: entry.pathExpression,
    consolidationFunc: capitalised(consolidation),
    startTime: start,
    stopTime: start + step * values.length,
    stepTime: step,
    xFilesFactor: series.xFilesFactor ?? series.keptXFilesFactor ?? 0,
    values: bytesOf(values),
    requestStartTime: entry.startTime,
    requestStopTime: entry.stopTime,
  };
}

function v2Series({ name, start, step, values }: TimeSeries): Record<string, unknown> {
  const known = new Float64Array(values.length);
  const isAbsent = new Uint8Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (Number.isNaN(value)) isAbsent[i] = 1;
    else known[i] = value;
  }
  const stopTime = start + step * values.length;
  return { name, startTime: start, stopTime, stepTime: step, values: bytesOf(known), isAbsent };
}

/** Doubles as they lie in memory: little-endian, as protobuf packs them. */
function bytesOf({ buffer, byteOffset, byteLength }: Float64Array): Uint8Array {
  return new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength);
}

/** @throws GraphiteError ERR_LIMIT_DATAPOINTS */
function checkSize(list: readonly TimeSeries[]): void {
  // Nine bytes a value in the longer of the two protocols, and all that is said of a series.
  const bytes = list.reduce(
    (sum, { name, values }) => sum + values.length * 9 + name.length * 6,
    0,
  );
  if (bytes <= MAX_BYTES) return;
  const message = `the answer is longer than ${MAX_BYTES >> 20} MiB: ask for a shorter range or fewer series`;
  throw new GraphiteError("ERR_LIMIT_DATAPOINTS", message);
}

function problemsOf(targets: readonly Target[]): string[] {
  return targets
    .flatMap(({ text, error }) =>
      error === null ? [] : [`${text.slice(0, 200)}: ${error.message.slice(0, 200)}`],
    )
    .slice(0, 10);
}
