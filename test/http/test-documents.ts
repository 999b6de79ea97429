import { Documents } from "../../src/documents/documents.ts";
import { simulatedSlowFiles } from "../storage/documents/simulated-slow-files.ts";
import { SimulatedFiles } from "../storage/simulated-files.ts";

/** A disk with an empty data directory, `data`. */
export function emptyDisk(): SimulatedFiles {
  const files = new SimulatedFiles(1);
  files.makeFolder("data");
  return files;
}

/** Events, dashboards and links on a simulated disk. */
export function testDocuments(files: SimulatedFiles = emptyDisk()): Documents {
  return new Documents(files, simulatedSlowFiles(files), "data", () => {});
}
