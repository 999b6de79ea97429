import { type NameOfFile, TreeNames, type TreeScan } from "../../../compat/tree-names.ts";
import { NameIndex } from "../../storage/index/name-index.ts";
import { TagWriter } from "../tags/tag-writer.ts";
import { type OutsideMemory, SCANS, UNNAMED, VERSION } from "./outside-memory.ts";

/** Keeps what others see of the names in another system's store up to date: the one writer of it. */
export class OutsideNames {
  readonly #state: Int32Array;
  readonly #tags: TagWriter;
  readonly #tree: TreeNames;

  /** `problem` is told of what is left out. */
  constructor(
    folder: string,
    nameOf: NameOfFile,
    memory: OutsideMemory,
    problem: (path: string, reason: string) => void,
  ) {
    this.#state = new Int32Array(memory.state);
    const names = new NameIndex(memory.names);
    this.#tags = new TagWriter(names, memory.tags);
    const changed = (): number => Atomics.add(this.#state, VERSION, 1);
    this.#tree = new TreeNames(folder, names, nameOf, { problem, changed });
  }

  scan(): TreeScan {
    const version = Atomics.load(this.#state, VERSION);
    const result = this.#tree.scan();
    this.#tags.catchUp(Number.POSITIVE_INFINITY);
    if (!this.#tags.isFull) this.#tags.setTarget();
    Atomics.store(this.#state, UNNAMED, result.unnamed);
    // What is asked by tags is seen only now.
    if (Atomics.load(this.#state, VERSION) !== version) Atomics.add(this.#state, VERSION, 1);
    Atomics.add(this.#state, SCANS, 1);
    Atomics.notify(this.#state, SCANS);
    return result;
  }
}
