// The compiled executable, as an operator's machine has it: nothing near it.
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { endAll, resultOf, startChild } from "./children.ts";
import { emptyFolder, removeFolders } from "./folders.ts";

const ROOT = join(import.meta.dir, "..", "..");
const NAME = process.platform === "win32" ? "aacflow.exe" : "aacflow";

/**
 * Puts the executable alone into a folder: the one that `AACFLOW_BINARY` names, else a fresh build,
 * which is made once for all test files of this process.
 */
export async function installBinary(): Promise<string> {
  const file = join(emptyFolder(), NAME);
  process.env.AACFLOW_BINARY ||= await buildOnce();
  cpSync(resolve(ROOT, process.env.AACFLOW_BINARY), file);
  return file;
}

async function buildOnce(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "aacflow-built-"));
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
  const command = [process.execPath, join(ROOT, "scripts", "build.ts"), "--out", folder];
  const { code, stderr } = await resultOf(startChild(command, { cwd: folder }));
  if (code !== 0) throw new Error(`the build failed: ${stderr}`);
  return join(folder, NAME);
}

/** Ends what a test file left running, and removes its folders. */
export async function cleanUp(): Promise<void> {
  await endAll();
  removeFolders();
}
