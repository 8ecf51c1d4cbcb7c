// A backup that was made under the load: whole, proved, and with all that was complete before it began.
import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { openSnapshot } from "../../src/db/snapshot.ts";
import { createLedger } from "../support/ledger.ts";
import {
  checkOldRecords,
  expectNone,
  operatorEntries,
  verifiedReport,
  type Watermark,
} from "./check.ts";
import { checkAnswers } from "./check-answers.ts";
import type { House } from "./house.ts";
import { type BackupOrder, noAnswers } from "./promises.ts";

/**
 * Looks at what the cycle's backups have left, and removes it.
 * @returns how many were there
 * @throws Error when one that was acknowledged is not there, or one that is there lacks something
 */
export function checkBackups({ folder }: House, backups: BackupOrder[], mark: Watermark): number {
  let proved = 0;
  for (const backup of backups) {
    const isThere = existsSync(backup.file);
    if (backup.isAcknowledged && !isThere) throw new Error(`${backup.file} was not made`);
    // A file of that name is whole, whether the command could still say so or not.
    if (isThere) proveBackup(backup, mark);
    proved += isThere ? 1 : 0;
  }
  for (const name of readdirSync(folder)) {
    // What a command that was killed left behind has a name of its own.
    if (name.includes(".backup")) rmSync(join(folder, name));
  }
  return proved;
}

function proveBackup({ file, told, kept, notes }: BackupOrder, mark: Watermark): void {
  const database = openSnapshot(file, "read");
  try {
    verifiedReport({ ledger: createLedger(database) });
    checkOldRecords({ database }, mark);
    checkAnswers({ database }, { ...noAnswers(), told });
    const answer = database.sqlite.query(
      "SELECT 1 FROM answers WHERE request_id = ? AND body <> ''",
    );
    expectNone(
      `kept answers that are not in ${file}`,
      kept.filter((id) => answer.get(id) === null),
    );
    const found = new Set(operatorEntries({ database }).map(({ note }) => note));
    expectNone(
      `entries that are not in ${file}`,
      notes.filter((note) => !found.has(note)),
    );
  } finally {
    database.close();
  }
}
