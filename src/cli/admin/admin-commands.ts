import type { RunCommand } from "./admin-port.ts";

/** What commands ask of the server. */
export interface AdminDoors {
  /** Name and value, in order. */
  stats(): Promise<(readonly [name: string, value: string | number])[]>;
  /** Resolves when all that was received is on the disk. */
  flush(): Promise<void>;
  /** Forgets agents that have left: those beyond the newest `count`, and older ones. */
  purgeAgents(count: number, seconds: number): void;
  /** From 0 (errors) to 5 (everything). */
  logLevel: number;
  /** Deletes the counters of these names; there need not be any. */
  deleteCounters(names: readonly string[]): Promise<void>;
  /** Deletes the counters that patterns of istatd's search stand for. */
  deletePatterns(patterns: readonly string[]): Promise<void>;
  /** Takes a container of settings over from its file, again. */
  loadSettings(container: string): Promise<void>;
}

const HELP = [
  "Commands:",
  "help - display this help",
  "stats - display stats",
  "flush - write and sync all that was received",
  "purge [maxOld[,maxAge]] - forget agents that have left: all but maxOld, and older ones (0,60)",
  "loglevel [level] - display or change how much is logged: 0 errors, 1 warnings, 2, 3 debug, 4, 5",
  "delete.ctr name[,name] - delete counters",
  "delete.pattern pattern[,pattern] - delete the counters that match",
  "flush.setting name - nothing to do: settings are on the disk when they are answered",
  "load.setting name - read settings from their file in --settings-dir again",
  "quit - disconnect",
];
const UNKNOWN = "huh? ('help' for help)";
/** Names of containers, as HTTP takes them. */
const CONTAINER = /^[\w.-]{1,200}$/;

/**
 * The commands of istatd's admin port: a word, a blank, arguments with commas between them. An answer
 * ends with `ok`; an error begins with `huh?` and is the end of its answer.
 */
export function adminCommands(doors: AdminDoors): RunCommand {
  const commands: Record<string, (args: string[]) => Promise<readonly string[]>> = {
    help: async () => HELP,
    stats: async () => (await doors.stats()).map(([name, value]) => `${name}=${value}`),
    flush: async () => {
      await doors.flush();
      return [];
    },
    purge: async (args) => {
      if (args.length > 2) throw new Huh("too many arguments");
      const [count, seconds] = [args[0] ?? "0", args[1] ?? "60"].map(wholeNumber);
      doors.purgeAgents(count!, seconds!);
      return [];
    },
    loglevel: async (args) => {
      if (args.length > 2) throw new Huh("too many arguments");
      const level = args.length === 0 ? doors.logLevel : Number(args[0]);
      if (!Number.isInteger(level) || level < 0 || level > 5 || args.includes("")) {
        throw new Huh("loglevel must be between 0 and 5");
      }
      if (args.length > 0) doors.logLevel = level;
      return [`loglevel ${doors.logLevel} ${doors.logLevel}`];
    },
    "delete.ctr": async (args) => {
      if (args.length === 0) throw new Huh("delete.ctr requires one or more counter names.");
      await doors.deleteCounters(args);
      return args;
    },
    "delete.pattern": async (args) => {
      if (args.length === 0) throw new Huh("delete.pattern requires one or more patterns.");
      await doors.deletePatterns(args);
      return args;
    },
    "flush.setting": async (args) => {
      containerOf("flush.setting", args);
      return [];
    },
    "load.setting": async (args) => {
      await doors.loadSettings(containerOf("load.setting", args));
      return [];
    },
    debug: async () => {
      throw new Huh("there are no debug options here; loglevel 3 logs more");
    },
    faketime: async () => {
      throw new Huh("the clock is that of the machine");
    },
  };
  return async (line) => {
    if (line === "") return [UNKNOWN];
    const blank = line.indexOf(" ");
    const word = blank < 0 ? line : line.slice(0, blank);
    if (word === "quit") return null;
    const command = Object.hasOwn(commands, word) ? commands[word] : undefined;
    if (command === undefined) return [`${UNKNOWN} (received '${word.slice(0, 200)}')`];
    const rest = blank < 0 ? "" : line.slice(blank + 1).trim();
    const args = rest === "" ? [] : rest.split(",").map((arg) => arg.trim());
    try {
      return [...(await command(args)), "ok"];
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      return [`huh? ${reason.replace(/[\r\n]+/g, " ")}`];
    }
  };
}

/** A mistake, in words. */
class Huh extends Error {}

function containerOf(command: string, args: readonly string[]): string {
  const [name] = args;
  if (args.length !== 1 || name === undefined || !CONTAINER.test(name)) {
    throw new Huh(`${command} needs exactly one settings file name. (no path)`);
  }
  return name;
}

function wholeNumber(text: string): number {
  if (/^\d{1,10}$/.test(text)) return Number(text);
  throw new Huh(`${text.slice(0, 100)} is not a number`);
}
