import type { Command } from "commander";
import { addImportIstatd } from "./import/import-istatd.ts";
import { addImportWhisper } from "./import/import-whisper.ts";

/** `statite import whisper DIR` and `statite import istatd STORE`. */
export function addImportCommand(program: Command): void {
  const command = program.command("import").description("bring in the data of another system");
  addImportWhisper(command);
  addImportIstatd(command);
}
