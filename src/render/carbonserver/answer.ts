import type { QueryAnswer } from "../query-job.ts";

export function okAnswer(contentType: string, body: Uint8Array): QueryAnswer {
  return { status: 200, contentType, headers: {}, body, problems: [] };
}

/** What go-carbon answers when there is nothing: no error to carbonapi, which looks elsewhere. */
export function nothingFound(): QueryAnswer {
  const body = Buffer.from("Not Found\n");
  return { status: 404, contentType: "text/plain", headers: {}, body, problems: [] };
}

/** go-carbon's word for an aggregation method. */
export function capitalised(method: string): string {
  return method.charAt(0).toUpperCase() + method.slice(1);
}
