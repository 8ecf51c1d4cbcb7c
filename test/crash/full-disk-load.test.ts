// A disk that fills and empties again and again while clients ask: the books follow the answers.
import { expect, setDefaultTimeout, test } from "bun:test";
import { statSync } from "node:fs";
import { formatCredits } from "../../src/base/micro.ts";
import { waitUntil } from "../support/wait.ts";
import { withBooks } from "./books.ts";
import { checkAnswers } from "./check-answers.ts";
import { walFile } from "./disk.ts";
import {
  type Answered,
  CHARGE_MICRO,
  type DiskHouse,
  post,
  settledRecords,
  timesLogged,
} from "./disk-house.ts";
import { diskSuite } from "./disk-suite.ts";
import { type Disk, mountTmpfs, runDiskTests } from "./mounts.ts";
import { noAnswers } from "./promises.ts";

setDefaultTimeout(90_000);

const MIB = 1024 * 1024;
const BOTH = [{}, { stream: true }];
const CLIENTS = 8;
const ROUNDS = 6;
/** SQLite writes the log from its beginning again when it has grown to this. */
const LOG_BYTES = 4_000_000;

const count = ({ answers }: { answers: Answered[] }, status: number) =>
  answers.filter((answer) => answer.status === status).length;

const suite = diskSuite();

/** Clients that ask without a pause until they are stopped. */
function hammer(started: DiskHouse<Disk>, clients: number) {
  const answers: Answered[] = [];
  let isOver = false;
  const loops = Array.from({ length: clients }, async (_, index) => {
    while (!isOver) answers.push(await post(started, BOTH[index % BOTH.length]));
  });
  return {
    answers,
    async stop() {
      isOver = true;
      await Promise.all(loops);
    },
  };
}

/** Which answers are owed, and which cost nothing. */
function sortOut(answers: Answered[]) {
  const told = new Map<string, number>();
  const refused = new Set<string>();
  for (const { requestId, status, used, shouldRetry, text } of answers) {
    const isLate = shouldRetry === "false" || (status === 200 && used === null);
    if (isLate) expect(text).toContain('"code":"overloaded"');
    else if (status === 200) expect(used).toBe(formatCredits(CHARGE_MICRO));
    if (isLate || status === 200) told.set(requestId, CHARGE_MICRO);
    else refused.add(requestId);
  }
  return { told, refused };
}

test.if(runDiskTests)(
  "a disk that fills and empties under load charges each answer once and no refusal, also past the log's new beginning",
  async () => {
    const started = await suite.start(mountTmpfs(8 * MIB));
    const load = hammer(started, CLIENTS);
    // Holds or settlements: the log has room left at some moments, and a hold finds the last of it.
    const refusals = () => count(load, 503) + timesLogged(started, "settlement refused, retrying");
    for (let round = 0; round < ROUNDS; round++) {
      const served = count(load, 200);
      await waitUntil(() => count(load, 200) > served + 100, "answers", 30_000);
      started.disk.fill();
      const before = refusals();
      await waitUntil(() => refusals() > before, "a refusal", 30_000);
      started.disk.free();
    }
    await load.stop();
    expect(statSync(walFile(started.dataDir)).size).toBeGreaterThan(LOG_BYTES);
    expect(load.answers.length).toBe(count(load, 200) + count(load, 503));
    const { told, refused } = sortOut(load.answers);
    // All that went upstream was answered and is on record.
    expect(await settledRecords(started)).toBe(told.size);
    expect(started.upstream.requests.length).toBe(told.size);
    withBooks(started.dataDir, (books) => checkAnswers(books, { ...noAnswers(), told, refused }));
  },
);
