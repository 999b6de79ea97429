import type { TagChoice } from "../../model/event-index.ts";

export interface NewEvent {
  /** Whole seconds since the epoch. */
  when: number;
  what: string;
  data: string;
  tags: string[];
}

export type KnownEvent = Readonly<NewEvent> & { readonly id: number };

/**
 * What the server keeps besides datapoints. Whatever changes something rejects with a GraphiteError
 * when there is no room, or the disk refuses; then nothing has changed.
 */
export interface DocumentDoors {
  events: {
    get(id: number): KnownEvent | undefined;
    /** Gives the number of the event. */
    add(event: NewEvent): Promise<number>;
    /** False when there is no such event. */
    remove(id: number): Promise<boolean>;
    /** Events with from <= when <= until, oldest first; all tags when `tags` is null. */
    find(
      tags: readonly string[] | null,
      choice: TagChoice,
      from: number,
      until: number,
    ): readonly KnownEvent[];
  };
  /** States are JSON, byte for byte as it was sent. */
  dashboards: {
    load(name: string): string | undefined;
    save(name: string, state: string): Promise<void>;
    /** Gives the name that it is kept under. */
    saveTemporary(state: string): Promise<string>;
    remove(name: string): Promise<boolean>;
    /** Names in which all words occur. */
    find(words: readonly string[]): string[];
    loadTemplate(name: string): { key: string; state: string } | undefined;
    saveTemplate(name: string, template: { key: string; state: string }): Promise<void>;
    removeTemplate(name: string): Promise<boolean>;
    findTemplates(words: readonly string[]): string[];
  };
  /** istatd's settings: texts by key, in containers. */
  settings: {
    containers(): string[];
    entries(container: string): [key: string, value: string][];
    get(container: string, key: string): string | undefined;
    /** Sets, or removes with null, unless `isAsBelieved` says no to the value as it is; then false. */
    replace(
      container: string,
      key: string,
      value: string | null,
      isAsBelieved: (current: string | undefined) => boolean,
    ): Promise<boolean>;
  };
  links: {
    /** The short name of a path with its query. */
    shorten(path: string): Promise<string>;
    path(name: string): string | undefined;
  };
}
