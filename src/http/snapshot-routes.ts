import { Readable } from "node:stream";
import type { FastifyInstance } from "fastify";
import { GraphiteError } from "../model/errors.ts";
import type { HttpDoors } from "./doors.ts";
import { describe, text } from "./frame/describe.ts";
import { Params } from "./params.ts";

const SNAPSHOT = describe({
  summary: "Make a snapshot of the store in a folder of the server's machine",
  description:
    'A line of JSON for each step: {"done", "total"} bytes where files are copied, then {"snapshot"} or {"error"}.',
  chapter: "Server",
  query: { folder: text("absolute path of a folder that is not there yet") },
  answers: { 200: { description: "JSON, a document a line" } },
});

/** Milliseconds between two lines about the progress. */
const PROGRESS_MS = 200;

/** /_/snapshot. */
export function snapshotRoutes(app: FastifyInstance, { snapshots }: HttpDoors): void {
  if (snapshots === undefined) return;
  app.post(
    "/_/snapshot",
    { config: { role: "admin" }, schema: SNAPSHOT },
    async (request, reply) => {
      const folder = new Params(request).one("folder") ?? "";
      if (!folder.startsWith("/")) {
        throw new GraphiteError("ERR_PARAMETER", "folder must be an absolute path");
      }
      const take = snapshots();
      const lines = new Readable({ read() {} });
      const tell = (line: object): boolean => lines.push(`${JSON.stringify(line)}\n`);
      let toldAt = 0;
      const progress = (done: number, total: number): void => {
        if (performance.now() < toldAt + PROGRESS_MS && done < total) return;
        toldAt = performance.now();
        tell({ done, total });
      };
      const finish = async (): Promise<void> => {
        try {
          tell({ snapshot: await take(folder, progress) });
        } catch (error) {
          tell({ error: error instanceof Error ? error.message : String(error) });
        }
        lines.push(null);
      };
      void finish();
      return reply.type("application/x-ndjson").send(lines);
    },
  );
}
