// Folders that tests work in, outside of the checkout.
import { afterAll } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const folders = new Set<string>();

/** A folder that stays until {@link removeFolders}. */
export function emptyFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "aacflow-test-"));
  folders.add(folder);
  return folder;
}

/** A folder that is removed when the test is done, or the test file where it asks for one. */
export function tempFolder(): string {
  const folder = emptyFolder();
  afterAll(() => remove(folder));
  return folder;
}

export function removeFolders(): void {
  for (const folder of folders) remove(folder);
}

function remove(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
  folders.delete(folder);
}
