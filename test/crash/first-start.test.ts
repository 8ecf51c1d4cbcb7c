// The first start of all, killed while it makes its data folder: the next one finishes what it left.
import { afterAll, afterEach, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { endAll } from "../support/children.ts";
import { cleanUp, installBinary } from "../support/executable.ts";
import { emptyFolder } from "../support/folders.ts";
import { createRandom } from "../support/random.ts";
import { withBooks } from "./books.ts";
import { makeHouse, openAccount, serve, startServe } from "./house.ts";

setDefaultTimeout(120_000);

const SEED = 5;
const FOLDERS = 8;
/** Killed starts in each folder, so many milliseconds in at most. */
const KILLS = 3;
const START_MS = 130;

let binary = "";
beforeAll(async () => {
  binary = await installBinary();
});
afterEach(endAll);
afterAll(cleanUp);

test(`${FOLDERS} folders whose first ${KILLS} starts were killed serve all the same (seed ${SEED})`, async () => {
  const random = createRandom(SEED);
  for (let index = 0; index < FOLDERS; index++) {
    const house = makeHouse({ binary, folder: emptyFolder(), upstreamUrl: "http://127.0.0.1:9" });
    for (let kill = 0; kill < KILLS; kill++) {
      const child = startServe(house);
      await Bun.sleep(random.between(20, START_MS));
      child.kill("SIGKILL");
      await child.ended;
    }
    const key = await openAccount(house, "first", "1");
    const { child, baseUrl } = await serve(house);
    const headers = { authorization: `Bearer ${key}` };
    const response = await fetch(`${baseUrl}/credits`, { headers });
    expect(await response.json()).toMatchObject({ balance: "1.000000", held: "0.000000" });
    child.kill("SIGKILL");
    await child.ended;
    withBooks(house.dataDir, ({ ledger }) => {
      expect(ledger.verify()).toMatchObject({ discrepancies: [], accounts: 1, entries: 1 });
    });
  }
});
