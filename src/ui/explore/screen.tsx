import "./explore.css";
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { askTree, type TreeAnswer } from "../api/names.ts";
import { GraphCard } from "../graph/graph-card.tsx";
import { EmptyState } from "../parts/empty-state.tsx";
import { Icon } from "../parts/icon.tsx";
import { address } from "../state/page.ts";
import type { GraphAddress } from "../state/page-address.ts";
import { addNewCard, addToCard, change, currentCard, DRAG_TYPE, remove } from "./cards.ts";
import { Finder } from "./finder.tsx";
import { FirstSteps } from "./first-steps.tsx";

/** How often an empty server is asked whether it still is, milliseconds. */
const WAIT_MS = 1000;

/** All names on one side, graphs of some on the other. */
export function Screen(): JSX.Element {
  const { graphs } = address.value;
  const [hasOthers, setHasOthers] = useState<boolean | null>(null);
  const [isOwnWanted, setOwnWanted] = useState(false);
  const [isFinderOpen, setFinderOpen] = useState(false);
  const isEmpty = hasOthers === false && !isOwnWanted;
  const lookAt = (root: TreeAnswer): void => setHasOthers(hasSeriesOfOthers(root));

  useEffect(() => {
    if (!isEmpty) return;
    const timer = setInterval(() => {
      askTree("", 0, 10).then(lookAt, () => {});
    }, WAIT_MS);
    return () => clearInterval(timer);
  }, [isEmpty]);

  if (isEmpty && graphs.length === 0) return <FirstSteps onOwn={() => setOwnWanted(true)} />;
  return (
    <div class={`explore ${isFinderOpen ? "finder-open" : ""}`}>
      <button
        type="button"
        class="button finder-toggle"
        aria-expanded={isFinderOpen}
        onClick={() => setFinderOpen(!isFinderOpen)}
      >
        <Icon name={isFinderOpen ? "close" : "search"} />
        {isFinderOpen ? "Back to the graphs" : "Find series"}
      </button>
      <Finder onRoot={lookAt} />
      <div class="cards" {...dropTarget((targets) => addNewCard(targets))}>
        {graphs.length === 0 ? (
          <EmptyState title="No graph yet">
            <p>
              Choose a series: a click adds it to the current graph, with <kbd>Ctrl</kbd> to a new
              one, and <kbd>Shift</kbd> chooses several. Or press <kbd>/</kbd> and type words of its
              name.
            </p>
          </EmptyState>
        ) : (
          graphs.map((graph, index) => (
            <Card key={index} graph={graph} index={index} isOnly={graphs.length === 1} />
          ))
        )}
      </div>
    </div>
  );
}

/** The server counts what it does itself, long before anybody sends anything. */
function hasSeriesOfOthers({ nodes, total, tagged = 0 }: TreeAnswer): boolean {
  const isOwn = (path: string): boolean => /^(statite|carbon\.agents)(\.|$)/.test(path);
  return tagged > 0 || total > nodes.length || nodes.some(({ path }) => !isOwn(path));
}

function Card({
  graph,
  index,
  isOnly,
}: {
  graph: GraphAddress;
  index: number;
  isOnly: boolean;
}): JSX.Element {
  const isCurrent = currentCard.value === index && !isOnly;
  const makeCurrent = (): void => {
    currentCard.value = index;
  };
  return (
    <div
      class={`card ${isCurrent ? "current" : ""}`}
      onPointerDown={makeCurrent}
      onFocusIn={makeCurrent}
      {...dropTarget((targets) => addToCard(targets, index))}
    >
      <GraphCard
        graph={graph}
        height={isOnly ? 360 : 240}
        onChange={(changed) => change(index, changed)}
        onClose={() => remove(index)}
      >
        {isCurrent && (
          <span class="current-mark" title="What is added comes into this graph">
            current
          </span>
        )}
      </GraphCard>
    </div>
  );
}

/** Takes what is dragged from the lists; no outer target takes it as well. */
function dropTarget(take: (targets: string[]) => void): {
  onDragOver: (event: DragEvent) => void;
  onDrop: (event: DragEvent) => void;
} {
  return {
    onDragOver: (event) => {
      if (event.dataTransfer?.types.includes(DRAG_TYPE)) event.preventDefault();
    },
    onDrop: (event) => {
      const text = event.dataTransfer?.getData(DRAG_TYPE) ?? "";
      if (text === "") return;
      event.preventDefault();
      event.stopPropagation();
      const targets: unknown = JSON.parse(text);
      if (Array.isArray(targets)) take(targets.map(String));
    },
  };
}
