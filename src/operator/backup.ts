// Backups: a consistent, proved copy of the database in one file, while a server is writing.
import { existsSync } from "node:fs";
import { dirname } from "node:path";
import { OperatorError, reasonOf } from "../base/operator-error.ts";
import { publishNew, removeDatabaseFile } from "../db/durable-files.ts";
import { type Installation, withStore } from "./installation.ts";
import { type Holdings, proveSnapshot } from "./snapshot-proof.ts";

/**
 * Copies the data into a new file and proves the copy, before it gets its name.
 * @returns what the copy holds
 * @throws OperatorError when the file is there, its folder is not, or the copy cannot be made or is not sound.
 */
export async function backUp(
  installation: Pick<Installation, "dataDir">,
  file: string,
): Promise<Holdings> {
  if (existsSync(file)) throw new OperatorError(`${file} is there already, and is not overwritten`);
  const folder = dirname(file);
  if (!existsSync(folder)) throw new OperatorError(`there is no folder ${folder}`);
  // Beside the file, so that it can be given its name in one step.
  const temporary = `${file}.partial-${process.pid}`;
  try {
    await withStore(installation, (store) => store.copyInto(temporary));
    const holdings = await proveSnapshot(temporary, "read");
    publishNew(temporary, file);
    return holdings;
  } catch (error) {
    throw new OperatorError(`no backup was made at ${file}: ${reasonOf(error)}`, { cause: error });
  } finally {
    removeDatabaseFile(temporary);
  }
}
