import type { JSX } from "preact";
import { config } from "../api/config.ts";
import { EmptyState } from "../parts/empty-state.tsx";

/** Where nobody has sent a series yet: how to send the first datapoint, and what else can send. */
export function FirstSteps({ onOwn }: { onOwn: () => void }): JSX.Element {
  const host = location.hostname || "localhost";
  const api = new URL(`./${config.value?.api ?? ""}`, location.href).href.replace(/\?.*$/, "");
  return (
    <EmptyState title="There is no series yet">
      <p class="waiting" role="status">
        <span class="pulse" aria-hidden="true" /> Waiting for the first datapoint. It shows up here
        by itself.
      </p>
      <h3>From a shell</h3>
      <pre class="code">{`echo "test.first 42 $(date +%s)" | nc -w 1 ${host} 2003`}</pre>
      <h3>collectd</h3>
      <pre class="code">{`LoadPlugin write_graphite
<Plugin write_graphite>
  <Node "statite">
    Host "${host}"
    Port "2003"
  </Node>
</Plugin>`}</pre>
      <h3>statsd</h3>
      <pre class="code">{`{ graphiteHost: "${host}", graphitePort: 2003, backends: ["./backends/graphite"] }`}</pre>
      <h3>istat</h3>
      <pre class="code">{`echo "test.gauge 42" | nc -w 1 ${host} 8111`}</pre>
      <h3>Look at it with Grafana</h3>
      <p>
        A data source of the kind Graphite with the URL <code>{api.replace(/\/$/, "")}</code>.
      </p>
      <p class="hint">The ports are those by default; the server may listen on others.</p>
      <p>
        <button type="button" class="button" onClick={onOwn}>
          Look at what the server says about itself
        </button>
      </p>
    </EmptyState>
  );
}
