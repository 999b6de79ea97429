import { resolve } from "node:path";
import { Option } from "commander";
import { environmentName } from "../config/settings.ts";

/** `--data-dir` of a command that speaks with a running server. */
export function dataDirOption(): Option {
  return new Option("--data-dir <DIR>", "data directory of the server")
    .default("./data")
    .env(environmentName("data-dir"));
}

export function dataFolder({ dataDir }: { dataDir: string }): string {
  return resolve(dataDir);
}
