import { GraphiteError } from "../../../model/errors.ts";
import type { Labels } from "../labels.ts";
import { findInLabels, findInSome, type Visit } from "./find-in-labels.ts";

/** What a name must have; all of the words of a search are wanted, in any order. */
export type SearchWord =
  /** Somewhere in the name, whatever the case; dots divide nodes. */
  | { kind: "text"; text: string }
  /** A node that matches; its text in lower case has `literal` in it. */
  | { kind: "node"; literal: string; matches(label: string): boolean }
  /** One of these nodes of the trie, or what is below one. */
  | { kind: "nodes"; nodes: Iterable<number> };

/**
 * Search words as bits of a node of the trie. A word takes one, `a.b.c` one for each of its pieces:
 * the bit of a piece is set where the pieces before it were set at the parents. The bits are there
 * three times over where there is room: for what is found, for what begins there, and for what is
 * the whole of a node, by which the best are told.
 */
export class WordBits {
  readonly words: number;
  /** Bits that stay set further down: the words that are found. */
  readonly done: number;
  /** Bits that need no other at the parent. */
  readonly first: number;
  /** Bits that need the bit before it at the parent. */
  readonly later: number;
  /** By label. */
  readonly ofLabel: Uint32Array;
  /** By node, where a word is one of some nodes; else null. */
  readonly ofNode: Uint32Array | null;
  readonly #labels: Labels;
  readonly #count: number;
  readonly #taggedLabels: () => Uint8Array;
  #knownTagged: Uint8Array | null = null;
  /** Labels that are still of interest; null: all of them. */
  #candidates: Uint32Array | null = null;
  readonly #groups: number;
  readonly #groupBits: number;

  /**
   * @param taggedLabels by label: 1 for the whole path of a tagged series
   * @throws GraphiteError ERR_PARAMETER for too many words
   */
  constructor(
    labels: Labels,
    nodeCount: number,
    words: readonly SearchWord[],
    taggedLabels: () => Uint8Array,
  ) {
    const pieces = words.map((word) => (word.kind === "text" ? word.text.split(".") : [""]));
    const bits = pieces.reduce((sum, list) => sum + list.length, 0);
    if (bits > MAX_BITS) {
      throw new GraphiteError("ERR_PARAMETER", `a search has at most ${MAX_BITS} words and dots`);
    }
    this.words = words.length;
    this.#groups = bits * GROUPS <= MAX_BITS ? GROUPS : 1;
    this.#groupBits = bits;
    this.#labels = labels;
    this.#count = labels.count;
    this.#taggedLabels = taggedLabels;
    this.ofLabel = new Uint32Array(this.#count + 1);
    this.ofNode = words.some(({ kind }) => kind === "nodes") ? new Uint32Array(nodeCount) : null;
    let [at, done, first] = [0, 0, 0];
    const places = words.map((word, i) => {
      const place = at;
      const last = at + pieces[i]!.length - 1;
      first |= 1 << at;
      done |= 1 << last;
      at = last + 1;
      return { word, pieces: pieces[i]!, place };
    });
    // What is longest is probably rarest.
    places.sort((a, b) => lengthOf(b.word) - lengthOf(a.word));
    places.forEach(({ word, pieces, place }, i) => {
      this.#add(word, pieces, place);
      const isLast = i === places.length - 1;
      // Tagged paths that one word is not in are nothing without it.
      if (!isLast && word.kind === "text" && pieces.length === 1 && this.#candidates === null) {
        this.#candidates = this.#without(1 << place);
      }
    });
    this.done = this.#inAllGroups(done);
    this.first = this.#inAllGroups(first);
    this.later = this.#inAllGroups((2 ** bits - 1) & ~first);
  }

  /** The bits of which all must be set where all words are found. */
  get wanted(): number {
    return this.done & (2 ** this.#groupBits - 1);
  }

  /** How little of the words is a node, or begins one; 0 is best. */
  penalty(bits: number): number {
    return this.#groups === 1 ? 0 : this.words * GROUPS - ones(bits & this.done);
  }

  #inAllGroups(bits: number): number {
    let all = 0;
    for (let group = 0; group < this.#groups; group++) all |= bits << (group * this.#groupBits);
    return all;
  }

  /** The bits of a piece that was found as the whole of a node, at the beginning of one, or anywhere. */
  #qualities(bit: number, begins: boolean, isWhole: boolean): number {
    const found = 1 << bit;
    if (this.#groups === 1 || !begins) return found;
    const started = found | (1 << (bit + this.#groupBits));
    return isWhole ? started | (1 << (bit + 2 * this.#groupBits)) : started;
  }

  #add(word: SearchWord, pieces: readonly string[], place: number): void {
    if (word.kind === "nodes") {
      const bits = this.#inAllGroups(1 << place);
      const ofNode = this.ofNode!;
      for (const node of word.nodes) if (node < ofNode.length) ofNode[node]! |= bits;
    } else if (word.kind === "node") this.#addNode(word, place);
    else if (pieces.length > 1) this.#addPieces(word.text, pieces, place);
    else this.#addText(word.text, place, IS_ANYWHERE);
  }

  get #isTagged(): Uint8Array {
    this.#knownTagged ??= this.#taggedLabels();
    return this.#knownTagged;
  }

  /** All labels but tagged paths that a word is not in. */
  #without(bit: number): Uint32Array {
    const { ofLabel } = this;
    const isTagged = this.#isTagged;
    const kept = new Uint32Array(this.#count);
    let length = 0;
    for (let label = 1; label <= this.#count; label++) {
      if (isTagged[label] === 0 || (ofLabel[label]! & bit) !== 0) kept[length++] = label;
    }
    return kept.subarray(0, length);
  }

  #find(text: Uint8Array, visit: Visit): void {
    const some = this.#candidates;
    if (some === null || some.length > this.#count / 2) {
      findInLabels(this.#labels, this.#count, text, visit);
    } else findInSome(this.#labels, some, text, visit);
  }

  #addText(text: string, bit: number, isWanted: Place): void {
    const { arena } = this.#labels.all;
    const { ofLabel } = this;
    for (const bytes of spellings(text)) {
      this.#find(bytes, (label, at, end, labelStart, labelEnd) => {
        const isAtStart = at === labelStart;
        const isAtEnd = end === labelEnd;
        if (!isWanted(label, isAtStart, isAtEnd)) return false;
        const begins = isAtStart || !IS_LETTER[arena[at - 1]!];
        const isWhole =
          (isAtStart || IS_DIVIDER[arena[at - 1]!] === 1) &&
          (isAtEnd || IS_DIVIDER[arena[end]!] === 1);
        ofLabel[label]! |= this.#qualities(bit, begins, isWhole);
        return true;
      });
    }
  }

  /** The pieces of a word with dots: the ends of neighbouring nodes, or all of it in a tagged path. */
  #addPieces(text: string, pieces: readonly string[], at: number): void {
    const isTagged = this.#isTagged;
    const last = at + pieces.length - 1;
    const isPlain = (label: number): boolean => isTagged[label] === 0;
    this.#addText(text, last, (label) => !isPlain(label));
    pieces.forEach((piece, i) => {
      const isFirst = i === 0;
      const isLast = i === pieces.length - 1;
      if (piece === "") {
        // `.a` is an `a` below something, and `a.` has something below it.
        if (!isFirst && !isLast) return;
        const bits = this.#inAllGroups(1 << (at + i));
        for (let label = 1; label <= this.#count; label++) {
          if (isPlain(label)) this.ofLabel[label]! |= bits;
        }
        return;
      }
      this.#addText(
        piece,
        at + i,
        (label, isAtStart, isAtEnd) =>
          (isFirst || isAtStart) && (isLast || isAtEnd) && isPlain(label),
      );
    });
  }

  #addNode(word: SearchWord & { kind: "node" }, bit: number): void {
    const bits = this.#inAllGroups(1 << bit);
    const test = (label: number): void => {
      if (word.matches(this.#labels.text(label).toLowerCase())) this.ofLabel[label]! |= bits;
    };
    if (word.literal === "") {
      for (let label = 1; label <= this.#count; label++) test(label);
      return;
    }
    for (const bytes of spellings(word.literal)) {
      this.#find(bytes, (label) => {
        test(label);
        return true;
      });
    }
  }
}

type Place = (label: number, isAtStart: boolean, isAtEnd: boolean) => boolean;

const GROUPS = 3;
const MAX_BITS = 30;
const IS_ANYWHERE: Place = () => true;
/** Letters and digits, and whatever is not ASCII. */
const IS_LETTER = Uint8Array.from({ length: 256 }, (_, byte) =>
  /[0-9A-Za-z\x80-\xff]/.test(String.fromCharCode(byte)) ? 1 : 0,
);
/** What ends a node, a tag or a value. */
const IS_DIVIDER = Uint8Array.from({ length: 256 }, (_, byte) =>
  /[.;=]/.test(String.fromCharCode(byte)) ? 1 : 0,
);

function lengthOf(word: SearchWord): number {
  return word.kind === "text" ? word.text.length : 0;
}

/** The case of ASCII letters is of no matter where a text is looked for; of others it is. */
function spellings(text: string): Uint8Array[] {
  const all = new Set([text.toLowerCase()]);
  if (/[^\0-\x7f]/.test(text)) all.add(text.toUpperCase()).add(text);
  return [...all].map((spelling) => new TextEncoder().encode(spelling));
}

function ones(bits: number): number {
  let left = bits - ((bits >>> 1) & 0x55555555);
  left = (left & 0x33333333) + ((left >>> 2) & 0x33333333);
  return Math.imul((left + (left >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
