import type { FileId, FileSystem } from "../../src/storage/environment.ts";

/** Ends the simulated world; production code lets errors of this name through. */
export class Crash extends Error {
  override name = "Crash";
}

/** A small random source with a seed, so that a run can be repeated. */
export function randomOf(seed: number): () => number {
  let state = (seed * 2_654_435_761 + 1) >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

interface Content {
  bytes: Uint8Array;
  length: number;
  /** How many of the bytes a power cut cannot take. */
  synced: number;
}

type Folder = Map<string, Content>;

/**
 * Files in memory that forget like a disk does. `crash("kill")` keeps all that was written;
 * `crash("power")` keeps what was synced, and of the rest an arbitrary part.
 */
export class SimulatedFiles implements FileSystem {
  /** Folders and names as the running system sees them, and as they would be after a power cut. */
  readonly #folders = new Map<string, Folder>();
  readonly #durable = new Map<string, Folder>();
  readonly #open = new Map<number, Content>();
  readonly #random: () => number;
  #nextId = 1;
  #stepsLeft = Number.POSITIVE_INFINITY;
  /** Steps that could have failed so far. */
  steps = 0;
  /** Makes writing fail, as a full disk does. */
  isFull = false;
  free = 1;

  constructor(seed: number) {
    this.#random = randomOf(seed);
  }

  /** The n-th step from now ends the world. */
  crashAfter(steps: number): void {
    this.#stepsLeft = steps;
  }

  /** The disk as it is found afterwards. */
  crash(kind: "kill" | "power", seed: number): SimulatedFiles {
    const after = new SimulatedFiles(seed);
    const found = kind === "kill" ? this.#folders : this.#durable;
    const copies = new Map<Content, Content>();
    for (const [folder, names] of found) {
      const folderAfter: Folder = new Map();
      after.#folders.set(folder, folderAfter);
      const durable: Folder = new Map();
      after.#durable.set(folder, durable);
      for (const [name, content] of names) {
        let copy = copies.get(content);
        if (copy === undefined) {
          copy = this.#whatIsLeft(content, kind);
          copies.set(content, copy);
        }
        folderAfter.set(name, copy);
        durable.set(name, copy);
      }
    }
    return after;
  }

  /** Changes a byte of a file, as a bad disk does. */
  damage(path: string, offset: number): void {
    const content = this.#find(path);
    content.bytes[offset] = content.bytes[offset]! ^ 0x55;
  }

  openRead(path: string): FileId {
    return this.#opened(this.#find(path));
  }

  create(path: string): FileId {
    this.#step();
    const { folder, name } = this.#split(path);
    if (folder.has(name)) throw new Error(`EEXIST ${path}`);
    const content: Content = { bytes: new Uint8Array(256), length: 0, synced: 0 };
    folder.set(name, content);
    return this.#opened(content);
  }

  openAppend(path: string): FileId {
    const { folder, name } = this.#split(path);
    const known = folder.get(name);
    return known === undefined ? this.create(path) : this.#opened(known);
  }

  append(file: FileId, bytes: Uint8Array): void {
    const content = this.#content(file);
    let count = bytes.length;
    const isLast = this.steps + 1 >= this.#stepsLeft;
    // The write that is interrupted gets part of its bytes out.
    if (isLast) count = Math.floor(this.#random() * (bytes.length + 1));
    if (this.isFull) throw Object.assign(new Error("ENOSPC: no space left"), { code: "ENOSPC" });
    if (content.length + count > content.bytes.length) {
      const grown = new Uint8Array((content.length + count) * 2);
      grown.set(content.bytes.subarray(0, content.length));
      content.bytes = grown;
    }
    content.bytes.set(bytes.subarray(0, count), content.length);
    content.length += count;
    this.#step();
  }

  readAt(file: FileId, into: Uint8Array, position: number): number {
    const content = this.#content(file);
    const count = Math.max(0, Math.min(into.length, content.length - position));
    into.set(content.bytes.subarray(position, position + count));
    return count;
  }

  size(file: FileId): number {
    return this.#content(file).length;
  }

  fdatasync(file: FileId): void {
    this.#step();
    const content = this.#content(file);
    content.synced = content.length;
  }

  close(file: FileId): void {
    this.#open.delete(file);
  }

  rename(from: string, to: string): void {
    this.#step();
    const source = this.#split(from);
    const content = this.#find(from);
    source.folder.delete(source.name);
    const target = this.#split(to);
    target.folder.set(target.name, content);
  }

  link(from: string, to: string): void {
    this.#step();
    const target = this.#split(to);
    if (target.folder.has(target.name)) throw new Error(`EEXIST ${to}`);
    target.folder.set(target.name, this.#find(from));
  }

  unlink(path: string): void {
    this.#step();
    const { folder, name } = this.#split(path);
    if (!folder.delete(name)) throw Object.assign(new Error(`ENOENT ${path}`), { code: "ENOENT" });
  }

  list(path: string): string[] {
    const names = new Set(this.#folders.get(path)?.keys() ?? []);
    for (const folder of this.#folders.keys()) {
      if (folder.startsWith(`${path}/`)) names.add(folder.slice(path.length + 1).split("/")[0]!);
    }
    return [...names].sort();
  }

  makeFolder(path: string): void {
    if (this.#folders.has(path)) return;
    this.#folders.set(path, new Map());
    this.#durable.set(path, new Map());
  }

  syncFolder(path: string): void {
    this.#step();
    this.#durable.set(path, new Map(this.#folders.get(path)));
  }

  freeShare(): number {
    return this.free;
  }

  exists(path: string): boolean {
    if (this.#folders.has(path)) return true;
    const at = path.lastIndexOf("/");
    return this.#folders.get(path.slice(0, at))?.has(path.slice(at + 1)) ?? false;
  }

  #step(): void {
    this.steps++;
    if (this.steps >= this.#stepsLeft) throw new Crash();
  }

  #whatIsLeft(content: Content, kind: "kill" | "power"): Content {
    let length = content.length;
    if (kind === "power") {
      length = content.synced + Math.floor(this.#random() * (content.length - content.synced + 1));
    }
    const bytes = content.bytes.slice(0, length);
    // A torn sector holds anything.
    if (kind === "power" && length > content.synced && this.#random() < 0.3) {
      const from = content.synced + Math.floor(this.#random() * (length - content.synced));
      bytes.fill(Math.floor(this.#random() * 256), from);
    }
    return { bytes, length, synced: length };
  }

  #split(path: string): { folder: Folder; name: string } {
    const at = path.lastIndexOf("/");
    const folder = this.#folders.get(path.slice(0, at));
    if (folder === undefined) throw Object.assign(new Error(`ENOENT ${path}`), { code: "ENOENT" });
    return { folder, name: path.slice(at + 1) };
  }

  #find(path: string): Content {
    const { folder, name } = this.#split(path);
    const content = folder.get(name);
    if (content === undefined) throw Object.assign(new Error(`ENOENT ${path}`), { code: "ENOENT" });
    return content;
  }

  #opened(content: Content): FileId {
    const id = this.#nextId++;
    this.#open.set(id, content);
    return id;
  }

  #content(file: FileId): Content {
    const content = this.#open.get(file);
    if (content === undefined) throw new Error(`EBADF ${file}`);
    return content;
  }
}
