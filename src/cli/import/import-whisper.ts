import { resolve } from "node:path";
import type { Command } from "commander";
import { whisperSource } from "../../../compat/whisper/source-tree.ts";
import { readTaggedNames } from "../../../compat/whisper/tagged-names.ts";
import { endQuietlyWithReader, FAILED, fail, statusOf } from "../exit.ts";
import { type ImportOptions, treeOptionsOf, withImportOptions } from "./import-options.ts";
import { checkFolder, runImport } from "./run-import.ts";

const HELP = `
Reads every .wsp and .wsp.gz below DIR and puts what it holds into the data directory: the finest
archive as datapoints, the others as coarser buckets that are known by the file's aggregation method.
Whatever statite has received itself stays as it is. A server that runs on the data directory goes on
receiving and answering meanwhile, and has what is imported as soon as it is there.

A new series keeps what its file keeps, or what a section of --schemas says; one that exists keeps
its retention, and gets each archive at the steps that it has. Carbon names the files of tagged
series by a hash; --tagged-names is a file of the names, one a line, to find them by.

With --to it goes to a server elsewhere, over HTTP: that server makes the series, checks what it is
sent to the last block, and takes it. It needs the token of an admin (statite auth add NAME --role
admin --token on that server).

An import that was interrupted is begun again with the same command, and goes on where it was.
What is left out is named with its reason. Exit status: 0 all is imported, 1 something was left out
or differs, 2 called wrongly.

Examples:
  statite import whisper /var/lib/graphite/whisper --data-dir ./data --verify
  statite import whisper /mnt/old --match 'servers.web*.**' --prefix old --since -90d
  statite import whisper /var/lib/graphite/whisper --to https://graphs.example.com --token-file token
  statite import whisper /mnt/old --dry-run`;

interface WhisperOptions extends ImportOptions {
  taggedNames?: string;
}

/** `statite import whisper DIR`. */
export function addImportWhisper(command: Command): void {
  withImportOptions(
    command
      .command("whisper")
      .description("bring in a tree of whisper files")
      .argument("<dir>", "folder of the tree"),
  )
    .option("--tagged-names <file>", "names of tagged series, one a line")
    .addHelpText("after", HELP)
    .action(async (dir: string, options: WhisperOptions) => {
      endQuietlyWithReader();
      try {
        const tree = resolve(dir);
        checkFolder(tree);
        const source = whisperSource(tree, readTaggedNames(options.taggedNames ?? null));
        const words = { series: ["file", "files"] } as const;
        const isAll = await runImport(source, treeOptionsOf(options), options, words);
        process.exitCode = isAll ? 0 : FAILED;
      } catch (error) {
        fail(error, statusOf(error));
      }
    });
}
