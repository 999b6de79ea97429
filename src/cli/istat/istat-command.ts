import type { Command } from "commander";
import { addAdminTools } from "./admin-tools.ts";
import { addFileTools } from "./file-tools.ts";
import { addImportTool } from "./import-tool.ts";
import { addLintTool } from "./lint-tool.ts";
import { addLoadtestTool } from "./loadtest-tool.ts";

/** `statite istat TOOL`: what istatd's own tools do, with what they print. */
export function addIstatCommand(program: Command): void {
  const command = program.command("istat").description("what istatd's tools do, with their output");
  addAdminTools(command);
  addFileTools(command);
  addImportTool(command);
  addLintTool(command);
  addLoadtestTool(command);
}
