import type { FastifyInstance } from "fastify";
import { GraphiteError } from "../../model/errors.ts";
import { BUCKET_COLUMNS, type BucketColumn } from "../../render/ui/ui-job.ts";
import { COMMON, type Description, describe, integer, texts } from "../frame/describe.ts";
import type { RunQuery } from "../run-queries.ts";
import { JsonFields } from "./json-fields.ts";

const MAX_TARGETS = 1000;
const MAX_POINTS = 10_000;
const COLUMNS = BUCKET_COLUMNS.join(", ");

const body: Description = {
  type: "object",
  properties: {
    targets: texts('names, globs and seriesByTag("tag=value", …)'),
    from: COMMON.from,
    until: COMMON.until,
    tz: { type: "string", description: "the time zone of from and until" },
    maxDataPoints: integer(
      `buckets of a series at most, 1000 by default and at most ${MAX_POINTS}`,
    ),
    columns: texts(`some of ${COLUMNS}; all by default`),
  },
};
const BUCKETS = describe({
  summary: "The buckets of series, as they are kept at the zoom of a range",
  description:
    'Column i is of the bucket that begins at start + i * step. A gap is null, and has the count 0. "known" is "all", or the one statistic that is known of imported buckets: of these the other columns are null.',
  chapter: "Pages",
  body,
  answers: {
    200: {
      description:
        '{"from", "until", "series": [{"name", "target", "start", "step", "tier": {"step", "retention"}, "known", "columns": {"mean": […], …}}]}',
      type: "object",
    },
  },
});

/** `/_/buckets`. */
export function bucketRoutes(app: FastifyInstance, run: RunQuery): void {
  const config = { role: "read" } as const;
  app.post("/_/buckets", { config, schema: BUCKETS }, async (request, reply) => {
    const fields = new JsonFields(request);
    const columns = fields.texts("columns", BUCKET_COLUMNS.length);
    const job = {
      targets: fields.texts("targets", MAX_TARGETS),
      from: fields.text("from"),
      until: fields.text("until"),
      tz: fields.text("tz"),
      maxDataPoints: fields.integer("maxDataPoints", 1, MAX_POINTS) ?? 1000,
      columns: columns.length === 0 ? BUCKET_COLUMNS : columns.map(columnOf),
    };
    return run({ kind: "ui", ask: "buckets", request: job }, request, reply);
  });
}

function columnOf(name: string): BucketColumn {
  const column = BUCKET_COLUMNS.find((one) => one === name);
  if (column !== undefined) return column;
  throw new GraphiteError("ERR_PARAMETER", `columns must be some of ${COLUMNS}`);
}
