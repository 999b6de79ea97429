import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { may } from "../api/config.ts";
import { askDelete, type DeleteAnswer } from "../api/operate.ts";
import { Dialog } from "../parts/dialog.tsx";
import { EmptyState } from "../parts/empty-state.tsx";
import { ErrorText } from "../parts/error-text.tsx";
import { Icon } from "../parts/icon.tsx";
import { VirtualList } from "../parts/virtual-list.tsx";
import { say } from "../state/toasts.ts";
import { parameter } from "./use-operate-address.ts";

const ROW_HEIGHT = 26;

/** Deletes series: what would go is shown first, and asked once more. */
export function DeletePart(): JSX.Element {
  const [typed, setTyped] = useState(parameter("pattern"));
  const [preview, setPreview] = useState<{ patterns: string[]; found: DeleteAnswer } | null>(null);
  const [error, setError] = useState<Error | null>(null);
  const [isBusy, setBusy] = useState(false);
  const [isAsking, setAsking] = useState(false);
  if (!may("admin")) return <NotAllowed />;

  const patterns = typed
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
  const ask = async (work: () => Promise<void>): Promise<void> => {
    setBusy(true);
    setError(null);
    try {
      await work();
    } catch (reason) {
      setError(reason instanceof Error ? reason : new Error(String(reason)));
    }
    setBusy(false);
  };
  const look = (): Promise<void> =>
    ask(async () => {
      setPreview(null);
      setPreview({ patterns, found: await askDelete(patterns, true) });
    });
  const remove = (): Promise<void> =>
    ask(async () => {
      setAsking(false);
      const { count } = await askDelete(preview?.patterns ?? [], false);
      setPreview(null);
      say(`${count.toLocaleString("en")} series deleted`);
    });
  const count = preview?.found.count ?? 0;
  return (
    <section class="panel operate-panel">
      <h2>Delete series</h2>
      <form
        class="ask-column"
        onSubmit={(event) => {
          event.preventDefault();
          void look();
        }}
      >
        <label class="label">
          Names, globs or seriesByTag("tag=value"), one a line
          <textarea
            class="field"
            rows={4}
            value={typed}
            spellcheck={false}
            placeholder="servers.old*.**"
            onInput={(event) => {
              setTyped(event.currentTarget.value);
              setPreview(null);
            }}
          />
        </label>
        <div>
          <button type="submit" class="button" disabled={isBusy || patterns.length === 0}>
            <Icon name="search" />
            Show what would go
          </button>
        </div>
      </form>
      {error !== null && <ErrorText error={error} />}
      {preview !== null && count === 0 && <p class="hint">No series is called so.</p>}
      {preview !== null && count > 0 && (
        <>
          <h3>{count.toLocaleString("en")} series would go</h3>
          <VirtualList
            class="delete-list"
            count={preview.found.series.length}
            rowHeight={ROW_HEIGHT}
            role="region"
            tabIndex={0}
            aria-label="Series that would go"
            render={(row) => (
              <div class="delete-row" key={row}>
                <code>{preview.found.series[row]}</code>
              </div>
            )}
          />
          <div>
            <button
              type="button"
              class="button danger"
              disabled={isBusy}
              onClick={() => setAsking(true)}
            >
              <Icon name="trash" />
              Delete them…
            </button>
          </div>
        </>
      )}
      {isAsking && (
        <Dialog title="Delete for good?" onClose={() => setAsking(false)}>
          <p>
            {count.toLocaleString("en")} series and all that is kept of them will be gone. What
            comes later under the same names are other series. This cannot be taken back.
          </p>
          <div class="dialog-actions">
            <button type="button" class="button" onClick={() => setAsking(false)}>
              Keep them
            </button>
            <button type="button" class="button danger" onClick={() => void remove()}>
              Delete {count.toLocaleString("en")} series
            </button>
          </div>
        </Dialog>
      )}
    </section>
  );
}

function NotAllowed(): JSX.Element {
  return (
    <EmptyState title="This needs the role admin">
      <p>
        Series are deleted by users of that role, which <code>--auth-file</code> gives, or on the
        server’s machine:
      </p>
      <pre>npm run -s statite -- delete 'servers.old*.**' --dry-run</pre>
    </EmptyState>
  );
}
