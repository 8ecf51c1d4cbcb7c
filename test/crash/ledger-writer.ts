// A program: grants one micro-dollar at a time, says each on a line. ledger-writer.ts DATA ACCOUNT TIMES NOTE
import { writeSync } from "node:fs";
import { openDatabase } from "../../src/db/open.ts";
import { createLedger } from "../support/ledger.ts";

const [dataDir = "", account = "", times = "0", note = ""] = process.argv.slice(2);
const STDOUT = 1;

const database = openDatabase(dataDir, { busyTimeoutMs: 10_000 });
const ledger = createLedger(database);
for (let index = 0; index < Number(times); index++) {
  const atMs = Date.now();
  const text = `${note}n${index}`;
  database.write(() => {
    const accountId = ledger.findAccountByName(account)?.id ?? "";
    ledger.grant({ accountId, amountMicro: 1, note: text, atMs });
  });
  // Written at once, so that what was said is known after a kill.
  writeSync(STDOUT, `${text}\n`);
}
database.close();
