import type { JSX } from "preact";
import { askAgents } from "../api/operate.ts";
import { useAsked } from "../api/use-asked.ts";
import { ErrorText } from "../parts/error-text.tsx";
import { refreshes, timeZone } from "../state/page.ts";
import { timeText } from "../state/time-text.ts";
import { Scrolled } from "./scrolled.tsx";

/** Who sends istat lines, and which servers follow this one. */
export function SendersPart(): JSX.Element {
  const { answer, error, retry } = useAsked(askAgents, [refreshes.value]);
  return (
    <>
      <section class="panel operate-panel">
        <h2>istat agents</h2>
        {error !== null && <ErrorText error={error} onRetry={retry} />}
        {answer === null && error === null && <div class="skeleton" />}
        {answer?.length === 0 && (
          <p class="hint">
            Nobody has sent istat lines in the last day. Agents connect to the port of{" "}
            <code>--istat-listen</code>.
          </p>
        )}
        {answer !== null && answer.length > 0 && (
          <Scrolled label="istat agents">
            <thead>
              <tr>
                <th scope="col">Agent</th>
                <th scope="col">State</th>
                <th scope="col">Heard</th>
                <th scope="col">Since</th>
                <th scope="col">What it says of itself</th>
              </tr>
            </thead>
            <tbody>
              {answer.map((agent, i) => (
                <tr key={i}>
                  <td class="nowrap">{agent.peer === "udp" ? "datagrams" : agent.peer}</td>
                  <td>
                    <span class={`state ${agent.isOnline ? "good" : ""}`}>
                      {agent.isOnline ? "online" : "gone"}
                    </span>
                  </td>
                  <td class="nowrap">{timeText(agent.heard, timeZone.value)}</td>
                  <td class="nowrap">{timeText(agent.connected, timeZone.value)}</td>
                  <td>
                    {Object.entries(agent.meta).map(([key, value]) => (
                      <div key={key}>
                        <span class="hint any-text">{key}</span>{" "}
                        <span class="any-text">{value}</span>
                      </div>
                    ))}
                  </td>
                </tr>
              ))}
            </tbody>
          </Scrolled>
        )}
      </section>
      <section class="panel operate-panel">
        <h2>Followers</h2>
        <p class="hint">
          No other server follows this one: in this version servers do not replicate each other.
        </p>
      </section>
    </>
  );
}
