import { resolve } from "node:path";
import { Documents } from "../../documents/documents.ts";
import { setFiles, takeOver } from "../../documents/set-files.ts";
import { slowNodeFiles } from "../../storage/documents/slow-files.ts";
import { lockFolder } from "../../storage/lock.ts";
import { realEnvironment } from "../../storage/node-files.ts";
import { ControlClient } from "../control-client.ts";
import { countText } from "../units.ts";
import type { ImportOptions } from "./import-options.ts";
import { hasServer } from "./run-import.ts";

type Container = [name: string, values: [key: string, value: string][]];

/**
 * Takes istatd's containers of settings over; whether all could be read. A container that is there
 * already stays as it is.
 */
export async function importSettings(
  folder: string,
  { dataDir, dryRun }: ImportOptions,
): Promise<boolean> {
  const containers: Container[] = [];
  let isAll = true;
  for (const file of setFiles(folder)) {
    if ("values" in file) {
      containers.push([file.container, file.values]);
    } else {
      isAll = false;
      process.stderr.write(`left out: ${file.container}.set: ${file.problem}\n`);
    }
  }
  const all = countText(containers.length, "container");
  if (dryRun === true) {
    process.stdout.write(`${all} of settings could be imported\n`);
    return isAll;
  }
  const data = resolve(dataDir);
  const taken = hasServer(data)
    ? await byServer(data, containers)
    : await offline(data, containers);
  const kept = containers.length - taken;
  const rest = kept === 0 ? "" : `; ${countText(kept, "container")} there already`;
  process.stdout.write(`imported ${countText(taken, "container")} of settings${rest}\n`);
  return isAll;
}

async function byServer(data: string, containers: readonly Container[]): Promise<number> {
  const client = new ControlClient(data);
  let count = 0;
  // One at a time: a request has an end.
  for (const container of containers) {
    const body = { containers: [container] };
    const { taken } = (await client.call("POST", "/_/import/settings", body)) as {
      taken: string[];
    };
    count += taken.length;
  }
  return count;
}

async function offline(data: string, containers: readonly Container[]): Promise<number> {
  const unlock = lockFolder(data);
  try {
    const documents = new Documents(realEnvironment.files, slowNodeFiles, data, () => {});
    let count = 0;
    try {
      for (const [name, values] of containers) {
        if (await takeOver(documents.settings, name, values)) count++;
      }
    } finally {
      await documents.close();
    }
    return count;
  } finally {
    unlock();
  }
}
