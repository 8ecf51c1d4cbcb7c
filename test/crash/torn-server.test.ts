// The executable on a log that was torn after a kill: it starts, and serves a beginning of what had been.
import { afterAll, afterEach, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { readFileSync, rmSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { DATABASE_FILE } from "../../src/db/open.ts";
import { endAll, firstLine, startScript } from "../support/children.ts";
import { cleanUp, installBinary } from "../support/executable.ts";
import { emptyFolder } from "../support/folders.ts";
import { createRandom, type Random } from "../support/random.ts";
import { waitUntil } from "../support/wait.ts";
import { openHolds, rows, withBooks } from "./books.ts";
import { releasedIn } from "./check.ts";
import { ask } from "./client.ts";
import { walFile } from "./disk.ts";
import { type House, makeHouse, openAccount, serve } from "./house.ts";
import { planCycle, type RequestPlan } from "./plan.ts";
import { noPromises } from "./promises.ts";
import { lastCommitEnd } from "./wal.ts";

setDefaultTimeout(120_000);

const SEEDS = [1, 2, 3, 4, 5];
/** The kill comes after so many answers, while others are in progress. */
const ANSWERS = 4;

let binary = "";
let upstreamUrl = "";
beforeAll(async () => {
  binary = await installBinary();
});
afterEach(endAll);
afterAll(cleanUp);

/** Serves a load, and kills the server in the middle of it. */
async function serveAndKill(house: House, requests: RequestPlan[]): Promise<void> {
  const key = await openAccount(house, "rich", "1000");
  const { child, baseUrl } = await serve(house);
  const promises = noPromises();
  const asked = requests.map(async (request) => {
    await Bun.sleep(request.atMs);
    await ask({ baseUrl, key }, request, promises);
  });
  await waitUntil(() => promises.told.size >= ANSWERS, "some answers", 30_000);
  child.kill("SIGKILL");
  await child.ended;
  await Promise.all(asked);
}

/** All that was ever written, in the order in which it was; what the last start released is left out. */
const written = (dataDir: string) =>
  withBooks(dataDir, (books) => ({
    entries: rows(books, "SELECT * FROM entries ORDER BY seq"),
    requests: rows(books, "SELECT * FROM requests WHERE ending <> 'abandoned' ORDER BY rowid"),
  }));

/** Cuts the log at a random byte, mostly in its later part, where the load is. */
function tear(dataDir: string, random: Random): void {
  const end = lastCommitEnd(readFileSync(walFile(dataDir)));
  const from = random.chance(0.8) ? Math.floor(end / 3) : 0;
  truncateSync(walFile(dataDir), random.between(from, end - 1));
  if (random.chance(0.5)) rmSync(join(dataDir, `${DATABASE_FILE}-shm`), { force: true });
}

test.each(SEEDS)(
  "a server with a torn log starts, and its books are whole (seed %d)",
  async (seed) => {
    const random = createRandom(seed);
    ({ url: upstreamUrl } = await firstLine<{ url: string }>(
      startScript(join(import.meta.dir, "upstream.ts")),
    ));
    const house = makeHouse({ binary, folder: emptyFolder(), upstreamUrl });
    await serveAndKill(house, planCycle(seed, 1).requests);
    const before = written(house.dataDir);
    expect(before.requests.length).toBeGreaterThan(0);
    tear(house.dataDir, random);
    const left = openHolds(house.dataDir);

    const { child, baseUrl } = await serve(house);
    expect((await fetch(new URL("/ready", baseUrl))).status).toBe(200);
    const after = written(house.dataDir);
    expect(before.requests.slice(0, after.requests.length)).toEqual(after.requests);
    expect(before.entries.slice(0, after.entries.length)).toEqual(after.entries);
    if (left.length > 0)
      await waitUntil(() => releasedIn(child.stderr()).length > 0, "the release");
    expect(releasedIn(child.stderr())).toEqual(left);
    withBooks(house.dataDir, ({ ledger }) => {
      expect(ledger.verify()).toMatchObject({ discrepancies: [], openHolds: 0, heldMicro: 0 });
    });
  },
);
