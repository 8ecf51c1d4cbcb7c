// A folder for data that nobody will miss, gone when the process ends.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Makes an empty folder; it is removed when the process exits, in whatever way it still can. */
export function throwAwayFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "aacflow-demo-"));
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
