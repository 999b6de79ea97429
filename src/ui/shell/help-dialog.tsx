import type { JSX } from "preact";
import { config } from "../api/config.ts";
import { Dialog } from "../parts/dialog.tsx";
import { shortcuts } from "../state/shortcuts.ts";

const GRAPH_GESTURES: [string, string][] = [
  ["Drag in a graph", "Zoom to what was dragged over"],
  ["Shift + drag", "Move the range"],
  ["Double click", "Back from the last zoom, or zoom out"],
  ["Click in a legend", "This series alone; again: all"],
  ["Ctrl + click in a legend", "Show or hide this series"],
];

/** Every shortcut that works where one is, and where to read on. */
export function HelpDialog({ onClose }: { onClose: () => void }): JSX.Element {
  const api = config.value?.api ?? "";
  return (
    <Dialog title="Help" onClose={onClose}>
      <div class="help-columns">
        <section>
          <h3>Keys</h3>
          <dl class="shortcuts">
            {shortcuts.value.map(({ keys, what }) => (
              <div key={keys + what}>
                <dt>
                  {keys.split(" ").map((key) => (
                    <kbd key={key}>{key}</kbd>
                  ))}
                </dt>
                <dd>{what}</dd>
              </div>
            ))}
          </dl>
        </section>
        <section>
          <h3>Graphs</h3>
          <dl class="shortcuts">
            {GRAPH_GESTURES.map(([gesture, what]) => (
              <div key={gesture}>
                <dt>{gesture}</dt>
                <dd>{what}</dd>
              </div>
            ))}
          </dl>
        </section>
      </div>
      <p class="hint">
        statite {config.value?.version} · <a href={`./${api}openapi`}>HTTP API</a> ·{" "}
        <a href={`./${api}functions?pretty=1`}>functions</a> · <a href={`./${api}health`}>health</a>{" "}
        · <a href="./_/ui/THIRD-PARTY-NOTICES.txt">licences of others</a>
      </p>
    </Dialog>
  );
}
