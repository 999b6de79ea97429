#!/usr/bin/env node
import { readFileSync } from "node:fs";
import { Command, Option } from "commander";
import { loadRules } from "../config/rules.ts";
import {
  environmentName,
  loadSettings,
  parseSettingsFile,
  SETTINGS,
  type Settings,
  type SettingTexts,
  settingTexts,
} from "../config/settings.ts";
import { HostBlacklist } from "../ingest/host-blacklist.ts";
import { addAuthCommand } from "./auth-command.ts";
import { addCheckCommand } from "./check-command.ts";
import { addDeleteCommand } from "./delete-command.ts";
import { fail, USAGE } from "./exit.ts";
import { addExportCommand } from "./export-command.ts";
import { addImportCommand } from "./import-command.ts";
import { addInspectCommand } from "./inspect-command.ts";
import { addIstatCommand } from "./istat/istat-command.ts";
import { addSchemasCommand } from "./schemas-command.ts";
import { HttpFiles } from "./server/http-files.ts";
import { metricExportOptions } from "./server/prometheus-side.ts";
import { addSnapshotCommand } from "./snapshot-command.ts";
import { VERSION } from "./version.ts";

/** Flags of `command`: those of all settings, or of the ones that `names` has. */
function withSettings(command: Command, names: readonly string[] | null = null): Command {
  command.option("--config <FILE>", "file of key = value lines; keys are the names of these flags");
  for (const setting of SETTINGS) {
    if (names !== null && !names.includes(setting.name)) continue;
    const fallback = setting.fallback === null ? "" : ` [${setting.fallback}]`;
    const option = new Option(
      `--${setting.name} <${setting.argument}>`,
      `${setting.help}${fallback}`,
    );
    command.addOption(setting.notYet === true ? option.hideHelp() : option);
  }
  return command.addHelpText(
    "after",
    `\nEvery flag is also a variable (--data-dir: ${environmentName("data-dir")}) and a key of the file.\n` +
      "An address is HOST:PORT, PORT, or off; port 0 picks one.",
  );
}

/** Flags of a command by the names of their settings. */
function flagsOf(options: Options): SettingTexts {
  const flags: Record<string, string | undefined> = {};
  for (const { name } of SETTINGS) {
    flags[name] = options[name.replace(/-(\w)/g, (_whole, letter: string) => letter.toUpperCase())];
  }
  return flags;
}

type Options = Record<string, string | undefined>;

/** Flags, environment, and the file that one of these names. */
function sourcesOf(options: Options): Parameters<typeof loadSettings> {
  const path = options.config ?? process.env.STATITE_CONFIG;
  let file: SettingTexts = {};
  if (path !== undefined) {
    try {
      file = parseSettingsFile(readFileSync(path, "utf8"));
    } catch (error) {
      throw new Error(`${path}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return [flagsOf(options), process.env, file];
}

const program = new Command("statite")
  .description("One process that replaces the Graphite stack and istatd.")
  .version(VERSION, "-V, --version")
  .showHelpAfterError("(statite --help lists the commands)")
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : USAGE));

withSettings(program.command("serve").description("receive, store and answer")).action(
  async (options: Options) => {
    let settings: Settings;
    try {
      settings = loadSettings(...sourcesOf(options));
    } catch (error) {
      fail(error, USAGE);
    }
    // The server is loaded only where one is wanted: the other commands start in half the time.
    const [{ createLog }, { serve }] = await Promise.all([
      import("./log.ts"),
      import("./serve.ts"),
    ]);
    // Whatever still holds the event loop must not keep a server alive that has failed.
    process.exit(await serve(settings, createLog(settings.logLevel)));
  },
);

/** Settings that an agent without a store has. */
const AGENT_SETTINGS = [
  "forward",
  "forward-spool-mib",
  "forward-interval",
  "forward-step",
  "data-dir",
  "listen",
  "carbon-listen",
  "pickle-listen",
  "istat-listen",
  "wal-sync-ms",
  "self-metrics-seconds",
  "log-level",
];
const AGENT_HELP = `
Everything that is received goes to every receiver: istat lines merged over --forward-step seconds,
carbon lines and pickles as carbon lines. What a receiver has not got yet waits below DATA/forward.
A statite as receiver gets every line exactly once; to an istatd istat lines are sent at most once,
and nothing of carbon. With a store of its own: statite serve --forward.

Example:
  statite agent --forward master.example.com:8111 --data-dir /var/lib/statite-agent`;

withSettings(
  program.command("agent").description("receive, and send everything on"),
  AGENT_SETTINGS,
)
  .addHelpText("after", AGENT_HELP)
  .action(async (options: Options) => {
    let settings: Settings;
    try {
      settings = loadSettings(...sourcesOf(options));
      if (settings.forward === null) throw new Error("--forward HOST:PORT says where to");
    } catch (error) {
      fail(error, USAGE);
    }
    const [{ createLog }, { runAgent }] = await Promise.all([
      import("./log.ts"),
      import("./agent/agent.ts"),
    ]);
    process.exit(await runAgent(settings, createLog(settings.logLevel)));
  });

const config = program.command("config").description("look at the configuration");
withSettings(config.command("print").description("print the settings that are in force")).action(
  (options: Options) => {
    try {
      const sources = sourcesOf(options);
      loadSettings(...sources);
      const texts = settingTexts(...sources);
      for (const { name, notYet } of SETTINGS) {
        const value = texts.get(name) ?? null;
        if (notYet === true) continue;
        process.stdout.write(value === null ? `# ${name} =\n` : `${name} = ${value}\n`);
      }
    } catch (error) {
      fail(error, 1);
    }
  },
);
withSettings(
  config.command("check").description("check the settings and the files they name"),
).action((options: Options) => {
  try {
    const settings = loadSettings(...sourcesOf(options));
    const { warnings } = loadRules(settings);
    new HttpFiles(settings);
    metricExportOptions(settings.prometheus);
    new HostBlacklist(settings.hostBlacklist);
    for (const warning of warnings) process.stdout.write(`warning: ${warning}\n`);
    process.stdout.write(warnings.length === 0 ? "all good\n" : "");
  } catch (error) {
    fail(error, 1);
  }
});

addAuthCommand(program);
addCheckCommand(program);
addDeleteCommand(program);
addSnapshotCommand(program);
addInspectCommand(program);
addImportCommand(program);
addSchemasCommand(program);
addExportCommand(program);
addIstatCommand(program);

await program.parseAsync();
