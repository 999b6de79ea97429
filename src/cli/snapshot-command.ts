import { resolve } from "node:path";
import type { Command } from "commander";
import { ControlClient, ServerError } from "./control-client.ts";
import { dataDirOption, dataFolder } from "./data-dir.ts";
import { endQuietlyWithReader, fail, statusOf } from "./exit.ts";
import { Progress } from "./progress.ts";
import type { Snapshot } from "./server/snapshots.ts";
import { bytesText, countText } from "./units.ts";

const HELP = `
DEST is a folder that is not there yet, or is empty. The snapshot has everything that the server had
received when the command began, and receiving goes on meanwhile. StatFiles are not copied but get
another name (hard links), so it takes seconds and next to no space; only on another file system
they are copied. To restore, start a server with --data-dir on the snapshot, or on a copy of it.

Exit status: 0 done, 1 it failed, 2 called wrongly.

Examples:
  statite snapshot /var/backups/statite-monday
  statite snapshot /mnt/other-disk/statite --data-dir /var/lib/statite`;

type Line = { done: number; total: number } | { snapshot: Snapshot } | { error: string };

/** `statite snapshot DEST`. */
export function addSnapshotCommand(program: Command): void {
  program
    .command("snapshot")
    .description("copy the store of a running server, as it is now")
    .argument("<dest>", "folder to be made")
    .addOption(dataDirOption())
    .addHelpText("after", HELP)
    .action(async (destination: string, options: { dataDir: string }) => {
      endQuietlyWithReader();
      try {
        await run(resolve(destination), dataFolder(options));
      } catch (error) {
        fail(error, statusOf(error));
      }
    });
}

async function run(folder: string, dataDir: string): Promise<void> {
  const progress = new Progress("snapshot", bytesText);
  const lines = new ControlClient(dataDir).lines("POST", "/_/snapshot", { folder });
  let taken: Snapshot | null = null;
  for await (const line of lines as AsyncGenerator<Line>) {
    if ("error" in line) {
      progress.clear();
      throw new ServerError(line.error);
    }
    if ("snapshot" in line) taken = line.snapshot;
    else progress.update(line.done, line.total);
  }
  progress.clear();
  if (taken === null) throw new ServerError("the server has ended in the middle of it");
  const { statfiles, statfileBytes, seconds, isCopy } = taken;
  const how = isCopy ? "copied" : "linked";
  process.stdout.write(
    `${taken.folder}: ${countText(statfiles, "StatFile")} (${bytesText(statfileBytes)}) ${how}, in ${seconds.toFixed(1)} s\n`,
  );
}
