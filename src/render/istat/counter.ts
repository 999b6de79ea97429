import { GraphiteError } from "../../model/errors.ts";
import { escapePattern } from "../../model/glob.ts";
import { mungeIstatName } from "../../model/istat-name.ts";
import type { QueryAnswer } from "../query-job.ts";
import type { RenderLimits } from "../render.ts";
import type { FoundNode, SeriesSource } from "../series-source.ts";
import { eachBucket, numberText } from "./bucket-text.ts";
import { type CounterBuckets, type Range, readCounter } from "./buckets.ts";
import { istatAnswer } from "./istat-answer.ts";

/** One counter over a range, as JSON or CSV. */
export interface CounterRequest extends Range {
  /** As it was asked for; several spellings where the URL may mean either. */
  names: readonly string[];
  format: "json" | "csv";
}

/** More do not fit into an answer of text. */
export const MAX_BUCKETS = 1_000_000;

/** Answers `GET /NAME`. @throws GraphiteError ERR_NOT_FOUND, ERR_LIMIT_DATAPOINTS */
export async function answerCounter(
  request: CounterRequest,
  source: SeriesSource,
  limits: RenderLimits,
): Promise<QueryAnswer> {
  const leaf = await counterNamed(request.names, source);
  if (leaf === null) {
    throw new GraphiteError("ERR_NOT_FOUND", `No such counter ${request.names[0]}`);
  }
  const most = Math.min(MAX_BUCKETS, limits.maxDatapoints);
  const counter = readCounter(leaf, request, source, most);
  return request.format === "csv"
    ? istatAnswer(csv(counter), "text/csv")
    : istatAnswer(json(counter));
}

/**
 * The counter of a name: as it is spelt, else as istat spells it. A star in front says that it
 * counts events, and is no part of the name.
 */
export async function counterNamed(
  names: readonly string[],
  source: SeriesSource,
): Promise<FoundNode | null> {
  for (const name of names) {
    for (const spelling of new Set([name, mungeIstatName(name.replace(/^\*/, ""))])) {
      if (spelling === "") continue;
      const pattern = spelling.includes(";") ? spelling : escapePattern(spelling);
      const found = await source.find(pattern, null, 1);
      const leaf = found.find((node) => node.isLeaf);
      if (leaf !== undefined) return leaf;
    }
  }
  return null;
}

function json(counter: CounterBuckets): string {
  const rows: string[] = [];
  eachBucket(counter, ({ time, count, min, max, sum, sumsq, avg, sdev }) => {
    rows.push(
      `{"data":{"avg":${numberText(avg)},"count":${count},"max":${numberText(max)},"min":${numberText(min)},"sdev":${numberText(sdev)},"sum":${numberText(sum)},"sumsq":${numberText(sumsq)}},"time":${time}}`,
    );
  });
  const { start, end, step } = counter;
  return `{"buckets":[${rows.join(",")}],"end":${end},"interval":${step},"start":${start}}\n`;
}

const CSV_HEAD =
  "ISO Time,Unix Timestamp,Sample Count,Minimum,Maximum,Sum,Sum Squared,Average,Standard Deviation\r\n";

function csv(counter: CounterBuckets): string {
  const lines = [CSV_HEAD];
  eachBucket(counter, ({ time, count, min, max, sum, sumsq, avg, sdev }) => {
    const iso = new Date(time * 1000).toISOString().replace(".000Z", "Z");
    const values = [min, max, sum, sumsq, avg, sdev].map(numberText).join(",");
    lines.push(`${iso},${time},${count},${values}\r\n`);
  });
  return lines.join("");
}
