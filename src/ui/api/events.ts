import { askGraphite } from "./ask.ts";

export interface GraphEvent {
  id: number;
  /** Seconds. */
  when: number;
  what: string;
  data: string;
  tags: string[];
}

/** Events of a range, with all of some tags (with spaces between; none for all events). */
export function askEvents(
  { from, until, tags }: { from: number; until: number; tags: string },
  signal: AbortSignal,
): Promise<GraphEvent[]> {
  const query = { from: String(from), until: String(until), ...(tags === "" ? {} : { tags }) };
  return askGraphite("events/get_data", { query, signal });
}
