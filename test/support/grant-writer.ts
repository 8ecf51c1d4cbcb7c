// A process that grants one micro-dollar at a time: grant-writer.ts DATA_DIR ACCOUNT_ID TIMES
import { openDatabase } from "../../src/db/open.ts";
import { createLedger } from "./ledger.ts";

const [dataDir = "", accountId = "", times = "0"] = process.argv.slice(2);
const database = openDatabase(dataDir, { busyTimeoutMs: 5000 });
const ledger = createLedger(database);
for (let n = 0; n < Number(times); n++) {
  database.write(() => ledger.grant({ accountId, amountMicro: 1, note: null, atMs: n }));
}
database.close();
