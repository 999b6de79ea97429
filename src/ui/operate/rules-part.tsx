import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { askRetention, type RetentionAnswer, type Tier } from "../api/operate.ts";
import { useAsked } from "../api/use-asked.ts";
import { ErrorText } from "../parts/error-text.tsx";
import { refreshes } from "../state/page.ts";
import { spanText } from "../state/time-text.ts";
import { goTo, parameter } from "./use-operate-address.ts";

/** Which rules a name falls under: to be tried before something is sent. */
export function RulesPart(): JSX.Element {
  const name = parameter("name");
  const [typed, setTyped] = useState(name);
  const { answer, error, retry } = useAsked(
    name.trim() === "" ? null : (signal) => askRetention(name, signal),
    [name, refreshes.value],
  );
  return (
    <section class="panel operate-panel">
      <h2>Which rules does a name fall under?</h2>
      <form
        class="ask-row"
        onSubmit={(event) => {
          event.preventDefault();
          goTo({ name: typed.trim() === "" ? null : typed });
        }}
      >
        <label class="label grows">
          Name, as a carbon client sends it
          <input
            class="field"
            value={typed}
            spellcheck={false}
            autocomplete="off"
            placeholder="servers.web1.load"
            onInput={(event) => setTyped(event.currentTarget.value)}
          />
        </label>
        <button type="submit" class="button primary">
          Try it
        </button>
      </form>
      {error !== null && <ErrorText error={error} onRetry={retry} />}
      {answer !== null && name !== "" && <Rules rules={answer} />}
      {name === "" && (
        <p class="hint">
          It tells the section of the files of <code>--schemas</code> and <code>--aggregation</code>{" "}
          that decides, and how long what is kept.
        </p>
      )}
    </section>
  );
}

function Rules({ rules }: { rules: RetentionAnswer }): JSX.Element {
  const { name, refusal, existing } = rules;
  if (refusal !== null) {
    return <ErrorText error={`No series can be called so: ${refusal}.`} />;
  }
  return (
    <dl class="facts">
      <dt>Stored as</dt>
      <dd>
        <code class="any-text">{name}</code>
      </dd>
      <dt>Retention</dt>
      <dd>
        {rules.schema !== null ? (
          <>
            by the section <strong class="any-text">[{rules.schema}]</strong>
          </>
        ) : rules.hasSchemas ? (
          "by no section of the file: carbon’s last resort"
        ) : (
          "by the built-in default; there is no file of schemas"
        )}
        <Tiers tiers={rules.tiers} />
        {rules.isStepLearned && (
          <p class="hint">
            The step follows from how often the first datapoints come: what comes once a minute is
            kept by the minute.
          </p>
        )}
      </dd>
      <dt>Coarser points</dt>
      <dd>
        <strong>{rules.method}</strong> where {Number((rules.xFilesFactor * 100).toFixed(1))} % is
        known
        {rules.aggregation === null ? (
          ", by default"
        ) : (
          <>
            , by the section <strong class="any-text">[{rules.aggregation}]</strong>
          </>
        )}
      </dd>
      <dt>At present</dt>
      <dd>
        {existing === null ? (
          "There is no series of this name."
        ) : (
          <>
            {MODES[existing.mode]}, which keeps
            <Tiers tiers={existing.tiers} />
          </>
        )}
      </dd>
    </dl>
  );
}

const MODES = {
  replace: "A series of carbon",
  gauge: "A gauge of istat",
  event: "An event counter of istat",
};

function Tiers({ tiers }: { tiers: readonly Tier[] }): JSX.Element {
  return (
    <ul class="tiers">
      {tiers.map(({ step, retention }, i) => (
        <li key={i}>
          a point every {spanText(step)}, for {spanText(retention)}
        </li>
      ))}
    </ul>
  );
}
