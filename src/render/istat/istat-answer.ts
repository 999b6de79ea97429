import type { QueryAnswer } from "../query-job.ts";

export function istatAnswer(text: string, contentType = "application/json"): QueryAnswer {
  return { status: 200, contentType, headers: {}, body: Buffer.from(text), problems: [] };
}
