import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { askTree, type TreeAnswer } from "../api/names.ts";
import { ErrorText } from "../parts/error-text.tsx";
import { Icon } from "../parts/icon.tsx";
import { VirtualList } from "../parts/virtual-list.tsx";
import { refreshes } from "../state/page.ts";
import { isVisible } from "../state/visibility.ts";
import { addAllBelow } from "./add-below.ts";
import { RowAction } from "./row-action.tsx";
import { pick, selection, startDrag, toggle } from "./selection.ts";
import { PAGE_ROWS, TreeModel, type TreePage, type TreeRow } from "./tree-model.ts";

const ROW_HEIGHT = matchMedia("(pointer: coarse)").matches ? 44 : 28;
/** How often levels that are open are looked at for new names, milliseconds. */
const LOOK_AGAIN_MS = 10_000;
/** Pages that are asked for again at a time. */
const MAX_AGAIN = 20;
/** How long letters that are typed into the tree count as one word, milliseconds. */
const TYPING_MS = 800;

/** All names as a tree, for the keyboard as for the pointer. */
export function Tree({ onRoot }: { onRoot: (root: TreeAnswer) => void }): JSX.Element {
  const model = useRef<TreeModel | null>(null);
  model.current ??= new TreeModel();
  const tree = model.current;
  const [, setVersion] = useState(0);
  const [error, setError] = useState<Error | null>(null);
  const [focused, setFocused] = useState(0);
  const asked = useRef(new Set<string>());
  const shown = useRef({ first: 0, end: 40 });
  const typed = useRef({ text: "", at: 0 });
  const redraw = (): void => setVersion((version) => version + 1);

  const load = async (page: TreePage): Promise<void> => {
    const key = `${page.offset} ${page.path}`;
    if (asked.current.has(key)) return;
    asked.current.add(key);
    try {
      const answer = await askTree(page.path, page.offset, PAGE_ROWS);
      tree.take(page, answer.total, answer.nodes);
      if (page.path === "") onRoot(answer);
      setError(null);
      redraw();
    } catch (reason) {
      setError(reason instanceof Error ? reason : new Error(String(reason)));
    } finally {
      asked.current.delete(key);
    }
  };
  const loadMissing = (): void => {
    const { first, end } = shown.current;
    for (const page of tree.missing(first, end)) void load(page);
  };
  useEffect(loadMissing);
  useEffect(() => {
    if (!isVisible.value) return;
    const again = (): void => {
      for (const page of tree.loaded(MAX_AGAIN)) void load(page);
    };
    if (refreshes.value > 0) again();
    const timer = setInterval(again, LOOK_AGAIN_MS);
    return () => clearInterval(timer);
  }, [isVisible.value, refreshes.value]);

  const setOpen = (row: TreeRow, isOpen: boolean): void => {
    if (row.node === null || !row.node.isBranch) return;
    if (isOpen) tree.open(row.node.path);
    else tree.close(row.node.path);
    redraw();
  };
  const onKey = (event: KeyboardEvent): void => {
    const row = tree.row(focused);
    const move = (to: number): void => {
      event.preventDefault();
      setFocused(Math.max(0, Math.min(to, tree.rowCount - 1)));
    };
    if (event.key === "ArrowDown") move(focused + 1);
    else if (event.key === "ArrowUp") move(focused - 1);
    else if (event.key === "PageDown") move(focused + 10);
    else if (event.key === "PageUp") move(focused - 10);
    else if (event.key === "Home") move(0);
    else if (event.key === "End") move(tree.rowCount - 1);
    else if (row?.node == null) return;
    else if (event.key === "ArrowRight") {
      if (row.isOpen) move(focused + 1);
      else setOpen(row, true);
    } else if (event.key === "ArrowLeft") {
      if (row.isOpen) setOpen(row, false);
      else move(parentOf(tree, focused, row.depth));
    } else if (event.key === "Enter") {
      event.preventDefault();
      if (row.node.isLeaf) pick(row.node.path, event);
      else setOpen(row, !row.isOpen);
    } else if (event.key === " ") {
      event.preventDefault();
      if (row.node.isLeaf) toggle(row.node.path);
    } else if (event.key === "+") {
      event.preventDefault();
      if (row.node.isBranch) void addAllBelow(row.node.path);
    } else if (/^[\w-]$/.test(event.key) && !event.ctrlKey && !event.metaKey && !event.altKey) {
      const now = performance.now();
      const { text, at } = typed.current;
      const word = (now - at < TYPING_MS ? text : "") + event.key.toLowerCase();
      typed.current = { text: word, at: now };
      const found = rowThatBegins(tree, word, focused, shown.current.end);
      if (found >= 0) move(found);
    }
  };
  return (
    <>
      {error !== null && (
        <ErrorText error={error} onRetry={() => void load({ path: "", offset: 0 })} />
      )}
      <VirtualList
        class="tree"
        role="tree"
        aria-label="All names"
        aria-multiselectable
        aria-activedescendant={tree.rowCount > 0 ? `tree-${focused}` : undefined}
        tabIndex={0}
        count={tree.rowCount}
        rowHeight={ROW_HEIGHT}
        focusedRow={focused}
        onKeyDown={onKey}
        onShown={(first, end) => {
          shown.current = { first, end };
          loadMissing();
        }}
        render={(index) => (
          <Row
            key={index}
            index={index}
            row={tree.row(index)}
            isFocused={index === focused}
            onFocus={() => setFocused(index)}
            onOpen={setOpen}
          />
        )}
      />
    </>
  );
}

function Row({
  index,
  row,
  isFocused,
  onFocus,
  onOpen,
}: {
  index: number;
  row: TreeRow | null;
  isFocused: boolean;
  onFocus: () => void;
  onOpen: (row: TreeRow, isOpen: boolean) => void;
}): JSX.Element {
  const node = row?.node ?? null;
  if (row === null || node === null) {
    return (
      <div class="tree-row" style={{ height: `${ROW_HEIGHT}px` }}>
        …
      </div>
    );
  }
  const { path, isLeaf, isBranch } = node;
  const isSelected = selection.value.has(path);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the tree listens to keys
    // biome-ignore lint/a11y/useFocusableInteractive: the tree has the focus, and names this row as active
    <div
      id={`tree-${index}`}
      class={`tree-row ${isFocused ? "focused" : ""}`}
      role="treeitem"
      aria-level={row.depth + 1}
      aria-expanded={isBranch ? row.isOpen : undefined}
      aria-selected={isSelected}
      aria-setsize={row.total}
      aria-posinset={row.place + 1}
      draggable={isLeaf}
      title={path}
      style={{ height: `${ROW_HEIGHT}px`, paddingInlineStart: `${row.depth * 14 + 4}px` }}
      onDragStart={(event) => startDrag(event, path)}
      onClick={(event) => {
        onFocus();
        const isChevron = (event.target as Element).closest(".chevron") !== null;
        if (isLeaf && !isChevron) pick(path, event);
        else onOpen(row, !row.isOpen);
      }}
    >
      <span class={`chevron ${row.isOpen ? "open" : ""}`}>
        {isBranch && <Icon name="forward" />}
      </span>
      <span class={isLeaf ? "leaf" : "branch"}>{node.text}</span>
      {isBranch && (
        <RowAction title={`Add all below ${path} (+)`} onUse={() => void addAllBelow(path)}>
          all
        </RowAction>
      )}
      {isLeaf && (
        <RowAction
          title="Choose (space, or Shift + click)"
          isChosen={isSelected}
          onUse={() => toggle(path)}
        >
          <Icon name="check" />
        </RowAction>
      )}
    </div>
  );
}

function parentOf(tree: TreeModel, index: number, depth: number): number {
  for (let at = index - 1; at >= 0; at--) {
    if ((tree.row(at)?.depth ?? 0) < depth) return at;
  }
  return index;
}

/** The next row, around the end too, whose text begins like that; -1 for none that is loaded. */
function rowThatBegins(tree: TreeModel, word: string, from: number, end: number): number {
  const count = Math.min(tree.rowCount, Math.max(end, PAGE_ROWS));
  for (let step = word.length > 1 ? 0 : 1; step <= count; step++) {
    const at = (from + step) % Math.max(count, 1);
    if (tree.row(at)?.node?.text.toLowerCase().startsWith(word) === true) return at;
  }
  return -1;
}
