import { appendFileSync } from "node:fs";
import type { Command } from "commander";
import { isRole, isUserName } from "../http/access/auth-file.ts";
import { hashPassword, makeToken } from "../http/access/secret-hash.ts";
import { FAILED, fail, USAGE, UsageError } from "./exit.ts";
import { readSecrets } from "./read-secret.ts";

const HELP = `
Prints a line for the file that serve --auth-file names, or adds it to the file that --auth-file
names here. The file has hashes only. Send SIGHUP to a running server, and the line is in force.

A password is asked for on a terminal, and else read from the first line of standard input. With
--token a random token is made and shown once, on standard error: clients send it as
"Authorization: Bearer TOKEN", and it costs the server next to nothing to compare.

Roles: read sees everything; write also changes events and dashboards; admin also deletes
series and may do what else the command line can.

Examples:
  statite auth add grafana --role read --auth-file /etc/statite/auth
  statite auth add deploy --role write --token --auth-file /etc/statite/auth
  echo "$PASSWORD" | statite auth add ann --role admin >> /etc/statite/auth`;

const MIN_PASSWORD = 8;

/** `statite auth add NAME --role ROLE`. */
export function addAuthCommand(program: Command): void {
  program
    .command("auth")
    .description("who may use the HTTP API")
    .command("add")
    .description("make a line for the file of --auth-file")
    .argument("<name>", "of the user")
    .requiredOption("--role <ROLE>", "read, write or admin")
    .option("--token", "make a token instead of asking for a password")
    .option("--auth-file <FILE>", "add the line to this file instead of printing it")
    .addHelpText("after", HELP)
    .action(async (name: string, options: { role: string; token?: true; authFile?: string }) => {
      try {
        await add(name, options);
      } catch (error) {
        fail(error, error instanceof UsageError ? USAGE : FAILED);
      }
    });
}

async function add(
  name: string,
  { role, token: wantsToken, authFile }: { role: string; token?: true; authFile?: string },
): Promise<void> {
  if (!isUserName(name)) {
    throw new UsageError(`${name} is no name: 1 to 64 letters, digits and . _ @ -`);
  }
  if (!isRole(role)) throw new UsageError(`${role} is no role: one of read, write, admin`);
  const made = wantsToken === true ? makeToken() : null;
  const hash = made === null ? await hashPassword(await newPassword(name)) : made.hash;
  const line = `${name} ${role} ${hash}\n`;
  if (authFile === undefined) process.stdout.write(line);
  else appendFileSync(authFile, line, { mode: 0o600 });
  if (made !== null) process.stderr.write(`token, shown this once: ${made.token}\n`);
}

async function newPassword(name: string): Promise<string> {
  const [password = "", again] = await readSecrets([`Password for ${name}: `, "Again: "]);
  if (again !== undefined && again !== password) {
    throw new UsageError("the two passwords are not the same");
  }
  if (password.length < MIN_PASSWORD) {
    throw new UsageError(`a password has at least ${MIN_PASSWORD} characters`);
  }
  return password;
}
