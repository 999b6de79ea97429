import type { Command } from "commander";
import { addImportWhisper } from "./import/import-whisper.ts";

/** `statite import whisper DIR`. */
export function addImportCommand(program: Command): void {
  const command = program.command("import").description("bring in the data of another system");
  addImportWhisper(command);
}
