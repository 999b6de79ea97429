import { askGraphite } from "./ask.ts";

export interface RenderSeries {
  target: string;
  datapoints: [value: number | null, time: number][];
  tags?: Record<string, string>;
}

export interface RenderRequest {
  target: readonly string[];
  from: string;
  until: string;
  tz: string;
  maxDataPoints: number;
}

/** What targets of any kind make, as Graphite's `/render` answers it. */
export function askRender(request: RenderRequest, signal: AbortSignal): Promise<RenderSeries[]> {
  return askGraphite("render", { form: { ...request, format: "json" }, signal });
}
