// The doctor's look at the data folder and the database in it. It makes neither.
import { accessSync, constants, existsSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { OperatorError, reasonOf } from "../../base/operator-error.ts";
import { hasData, type Store } from "../../store.ts";
import { offAccounts, verifyBooks } from "../books.ts";
import { withStore } from "../installation.ts";
import type { Check } from "./check.ts";

/** Whether a server could write there, or make the folder where it is not there yet. */
export function checkDataFolder(dataDir: string): Check {
  const name = "data folder";
  const folder = resolve(dataDir);
  try {
    if (existsSync(folder)) {
      writeAndRemove(join(folder, `.doctor-${process.pid}`));
      return { name, status: "ok", detail: `${dataDir} is writable` };
    }
    const parent = nearestExisting(folder);
    if (!statSync(parent).isDirectory()) throw new OperatorError(`${parent} is not a folder`);
    accessSync(parent, constants.W_OK);
    return { name, status: "ok", detail: `${dataDir} will be made at the first use` };
  } catch (error) {
    return { name, status: "fail", detail: `${dataDir} is not writable: ${reasonOf(error)}` };
  }
}

/** Whether the file is undamaged and the books in it add up. */
export async function checkDatabase(dataDir: string): Promise<Check> {
  const name = "database";
  if (!hasData(dataDir)) {
    return { name, status: "ok", detail: "none yet: the first key or the first start makes it" };
  }
  try {
    return await withStore({ dataDir }, examineBooks);
  } catch (error) {
    return { name, status: "fail", detail: reasonOf(error) };
  }
}

async function examineBooks(store: Store): Promise<Check> {
  const name = "database";
  const damage = await store.findDamage();
  if (damage !== null) return { name, status: "fail", detail: `the file is damaged: ${damage}` };
  const report = await verifyBooks(store);
  if (report.discrepancies.length > 0) {
    const detail = `the books do not add up for ${offAccounts(report)}: see ledger verify`;
    return { name, status: "fail", detail };
  }
  return {
    name,
    status: "ok",
    detail: `sound, and the books of ${report.accounts} accounts add up`,
  };
}

function writeAndRemove(path: string): void {
  try {
    writeFileSync(path, "");
  } finally {
    rmSync(path, { force: true });
  }
}

function nearestExisting(path: string): string {
  const parent = dirname(path);
  return existsSync(path) || parent === path ? path : nearestExisting(parent);
}
