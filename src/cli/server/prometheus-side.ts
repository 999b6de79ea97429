import { readFileSync } from "node:fs";
import type { Server } from "node:http";
import type { PrometheusSettings } from "../../config/settings.ts";
import { type PrometheusDoors, prometheusServer } from "../../http/prometheus/server.ts";
import type { MetricExportOptions } from "../../ingest/metric-export.ts";
import { addressText } from "../../ingest/tcp-receiver.ts";
import { GraphiteError } from "../../model/errors.ts";
import { ISTATD_TAGS } from "../../model/prometheus-name.ts";

/** What is kept for Prometheus. @throws GraphiteError ERR_CONFIG when the file of tags cannot be read */
export function metricExportOptions(
  settings: PrometheusSettings | null,
): MetricExportOptions | null {
  if (settings === null) return null;
  const { tags, names, maxSeries } = settings;
  return {
    tags: [...ISTATD_TAGS, ...(tags === null ? [] : tagsOf(tags))],
    isTranslated: names === "translated",
    maxSeries,
  };
}

function tagsOf(path: string): string[] {
  try {
    const lines = readFileSync(path, "utf8").split("\n");
    return lines.map((line) => line.trim()).filter((line) => line !== "" && !line.startsWith("#"));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new GraphiteError("ERR_CONFIG", `prometheus-tags: ${reason}`);
  }
}

/** istatd's Prometheus port. */
export class PrometheusSide {
  readonly #server: Server;
  readonly address: string;

  /** @throws Error that names the flag */
  static open(
    { address: { host, port }, names, gaugeSeconds }: PrometheusSettings,
    metrics: PrometheusDoors["metrics"],
  ): Promise<PrometheusSide> {
    const now = (): number => Math.floor(Date.now() / 1000);
    const server = prometheusServer({ metrics, now }, { gaugeSeconds, names });
    return new Promise((resolve, reject) => {
      server.once("error", (error) =>
        reject(new Error(`--prometheus-listen ${host}:${port} cannot be opened: ${error.message}`)),
      );
      server.listen({ host, port }, () => resolve(new PrometheusSide(server)));
    });
  }

  private constructor(server: Server) {
    this.#server = server;
    this.address = addressText(server.address());
  }

  close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeAllConnections();
    return closed;
  }
}
