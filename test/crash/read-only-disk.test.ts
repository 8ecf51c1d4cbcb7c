// A disk that becomes read-only: 503 until it takes writes again, and no charge is lost or doubled.
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { join } from "node:path";
import { formatCredits } from "../../src/base/micro.ts";
import { DATABASE_FILE } from "../../src/db/open.ts";
import { emptyFolder } from "../support/folders.ts";
import { waitUntil } from "../support/wait.ts";
import { withBooks } from "./books.ts";
import { checkAnswers } from "./check-answers.ts";
import {
  answerAtOnce,
  CHARGE_MICRO,
  type DiskHouse,
  holdAnswers,
  post,
  settledRecords,
  statusOf,
  timesLogged,
} from "./disk-house.ts";
import { diskSuite } from "./disk-suite.ts";
import { type House, makeHouse, openAccount, serve, startServe } from "./house.ts";
import { type Disk, type Ext4Disk, mountExt4, mountTmpfs, runDiskTests } from "./mounts.ts";
import { noAnswers } from "./promises.ts";

setDefaultTimeout(90_000);

const suite = diskSuite();

async function start(): Promise<DiskHouse<Ext4Disk>> {
  const started = await suite.start(mountExt4());
  expect((await post(started)).status).toBe(200);
  return started;
}

/** The index of the log is left out: it is memory that the server shares, and a process dies of writing to it then. */
const FILES = [DATABASE_FILE, `${DATABASE_FILE}-wal`].map((name) => join("data", name));

/** Requests of both kinds get 503, and nothing goes upstream. */
async function expectNothingTaken(started: DiskHouse<Disk>): Promise<void> {
  const dispatched = started.upstream.requests.length;
  for (const body of [{}, { stream: true }]) {
    const { status, text } = await post(started, body);
    expect(status).toBe(503);
    expect(text).toContain('"code":"overloaded"');
  }
  expect(await statusOf(started, "/ready")).toBe(503);
  expect(started.upstream.requests.length).toBe(dispatched);
}

describe.if(runDiskTests)("a server whose files become read-only", () => {
  test("answers 503, settles what was in flight once they are not, and serves again", async () => {
    const started = await start();
    const release = holdAnswers(started.upstream);
    const before = started.upstream.requests.length;
    const pending = [post(started), post(started, { stream: true })];
    await waitUntil(() => started.upstream.requests.length === before + 2, "both upstream");
    started.disk.setImmutable(true, FILES);
    await expectNothingTaken(started);
    release();
    await waitUntil(() => timesLogged(started, "settlement refused, retrying") >= 2, "refusals");

    started.disk.setImmutable(false, FILES);
    const answers = await Promise.all(pending);
    for (const { status, used } of answers) {
      expect({ status, used }).toEqual({ status: 200, used: formatCredits(CHARGE_MICRO) });
    }
    expect(await statusOf(started, "/ready")).toBe(200);
    answerAtOnce(started.upstream);
    expect((await post(started)).status).toBe(200);
    expect(await settledRecords(started)).toBe(4);
    const told = new Map(answers.map(({ requestId }) => [requestId, CHARGE_MICRO]));
    withBooks(started.dataDir, (books) => checkAnswers(books, { ...noAnswers(), told }));
  });

  test("with the whole disk lost to writes takes nothing on, and starts on the repaired one", async () => {
    const started = await start();
    const release = holdAnswers(started.upstream);
    const before = started.upstream.requests.length;
    const pending = Promise.allSettled([post(started)]);
    await waitUntil(() => started.upstream.requests.length > before, "the call upstream");
    started.disk.abort();
    await expectNothingTaken(started);
    release();
    await waitUntil(() => timesLogged(started, "settlement refused, retrying") >= 1, "a refusal");
    started.serving.child.kill("SIGKILL");
    await started.serving.child.ended;
    await pending;

    started.disk.repair();
    answerAtOnce(started.upstream);
    started.serving = await serve(started);
    expect(timesLogged(started, "released abandoned holds")).toBe(1);
    expect((await post(started)).status).toBe(200);
    expect(await settledRecords(started)).toBe(3);
  });
});

describe.if(runDiskTests)("a start on a read-only disk", () => {
  const houseOn = (dataDir: string): House =>
    makeHouse({
      binary: suite.binary(),
      folder: emptyFolder(),
      dataDir,
      upstreamUrl: "http://127.0.0.1:9",
    });

  test("says so in one line, whether there is data or not", async () => {
    const disk = mountTmpfs(2 * 1024 * 1024);
    const houses = ["old", "empty"].map((name) => houseOn(join(disk.dir, name)));
    for (const made of houses.slice(0, 1)) await openAccount(made, "rich", "1");
    disk.makeReadOnly();
    for (const made of houses) {
      const child = startServe(made);
      expect(await child.ended).toBe(1);
      expect(child.stdout()).toBe("");
      expect(child.stderr()).toStartWith(`error: cannot open the data folder ${made.dataDir}: `);
      expect(child.stderr()).toMatch(/read-only file system[^\n]*\n$/);
    }
  });
});
