import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Logger } from "pino";
import type { Address, Settings } from "../../config/settings.ts";
import type { Documents } from "../../documents/documents.ts";
import type { DeleteDoor } from "../../http/doors.ts";
import { mungeIstatName } from "../../model/istat-name.ts";
import { readSetFile } from "../../model/istat-set-file.ts";
import type { QueryRunner } from "../../render/query-job.ts";
import { type AdminDoors, adminCommands } from "../admin/admin-commands.ts";
import { AdminPort } from "../admin/admin-port.ts";

/** istatd's levels of the log: errors, warnings, notices, debug, spam. */
const LEVELS = ["error", "warn", "info", "debug", "trace", "trace"];
const MAX_SET_FILE_BYTES = 1 << 20;

/** What the admin port asks of the rest of the server. */
export interface AdminServer extends Pick<AdminDoors, "flush" | "purgeAgents" | "stats"> {
  deletes(): DeleteDoor;
  queries(): QueryRunner;
  documents(): Documents;
}

/** istatd's admin port. */
export class AdminSide {
  readonly #port: AdminPort;
  readonly address: string;

  private constructor(port: AdminPort, address: string) {
    this.#port = port;
    this.address = address;
  }

  /** @throws Error that names the flag */
  static async open(
    listen: NonNullable<Address>,
    settings: Settings,
    server: AdminServer,
    log: Logger,
  ): Promise<AdminSide> {
    const doors: AdminDoors = {
      stats: server.stats,
      flush: server.flush,
      purgeAgents: server.purgeAgents,
      get logLevel() {
        return Math.max(0, LEVELS.indexOf(log.level));
      },
      set logLevel(level) {
        log.level = LEVELS[level] ?? "info";
      },
      async deleteCounters(names) {
        const paths = names.map((name) => mungeIstatName(name.replace(/^\*/, "")));
        await deleteExact(server, paths, log);
      },
      async deletePatterns(patterns) {
        for (const pattern of patterns) {
          const job = { kind: "istat", ask: "names", pattern } as const;
          const { body } = await server.queries().run(job, new AbortController().signal);
          const answer = JSON.parse(Buffer.from(body).toString()) as {
            matching_names: { name: string }[];
          };
          await deleteExact(
            server,
            answer.matching_names.map(({ name }) => name),
            log,
          );
        }
      },
      async loadSettings(container) {
        const { settingsDir } = settings;
        if (settingsDir === null) throw new Error("there is no --settings-dir");
        const text = readFileSync(join(settingsDir, `${container}.set`), "utf8");
        if (text.length > MAX_SET_FILE_BYTES) throw new Error("the file is too large");
        await server.documents().settings.set(container, readSetFile(text));
      },
    };
    const port = new AdminPort(adminCommands(doors));
    try {
      return new AdminSide(port, await port.listen(listen));
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new Error(`--admin-listen ${listen.host}:${listen.port} cannot be opened: ${reason}`);
    }
  }

  close(): Promise<void> {
    return this.#port.close();
  }
}

async function deleteExact(
  server: AdminServer,
  paths: readonly string[],
  log: Logger,
): Promise<void> {
  const named = paths.filter((path) => path !== "");
  if (named.length === 0) return;
  const deletes = server.deletes();
  const { series } = await deletes.findExact(named);
  const count = await deletes.delete(series);
  log.info({ series: count }, "deleted by a command of the admin port");
}
