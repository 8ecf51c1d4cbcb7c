// A full disk: nothing is taken on that could not be charged, and with space again all goes on by itself.
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { join } from "node:path";
import { formatCredits } from "../../src/base/micro.ts";
import { waitUntil } from "../support/wait.ts";
import { withBooks } from "./books.ts";
import { checkAnswers } from "./check-answers.ts";
import {
  type Answered,
  answerAtOnce,
  CHARGE_MICRO,
  type DiskHouse,
  holdAnswers,
  post,
  settledRecords,
  statusOf,
  timesLogged,
  untilReady,
} from "./disk-house.ts";
import { diskSuite } from "./disk-suite.ts";
import { serve, startServe } from "./house.ts";
import { type Disk, mountTmpfs, runDiskTests } from "./mounts.ts";
import { noAnswers } from "./promises.ts";

setDefaultTimeout(90_000);

const MIB = 1024 * 1024;

const suite = diskSuite();

async function start(): Promise<DiskHouse<Disk>> {
  return await suite.start(mountTmpfs(2 * MIB));
}

const BOTH = [{}, { stream: true }];
const expectRefused = (answer: Answered) => {
  expect(answer).toMatchObject({ status: 503, used: formatCredits(0) });
  expect(JSON.parse(answer.text)).toMatchObject({
    error: { type: "server_error", code: "overloaded", param: null },
  });
};

/** Starts a request of each kind, and fills the disk while the upstream thinks. */
async function fillUnder(started: DiskHouse<Disk>) {
  const release = holdAnswers(started.upstream);
  const before = started.upstream.requests.length;
  const pending = BOTH.map((body) => post(started, body));
  await waitUntil(() => started.upstream.requests.length === before + BOTH.length, "both upstream");
  started.disk.fill();
  expectRefused(await post(started));
  release();
  await waitUntil(
    () => timesLogged(started, "settlement refused, retrying") >= BOTH.length,
    "both settlements refused",
  );
  return pending;
}

describe.if(runDiskTests)("while the disk is full", () => {
  test("requests get 503 and go nowhere, and with space the same process serves again", async () => {
    const started = await start();
    expect((await post(started)).status).toBe(200);
    const dispatched = started.upstream.requests.length;
    started.disk.fill();
    for (const body of [...BOTH, ...BOTH]) expectRefused(await post(started, body));
    expect(await statusOf(started, "/ready")).toBe(503);
    expect(await statusOf(started, "/health")).toBe(200);
    expect(started.upstream.requests.length).toBe(dispatched);

    started.disk.free();
    expect(await statusOf(started, "/ready")).toBe(200);
    for (const body of BOTH)
      expect((await post(started, body)).used).toBe(formatCredits(CHARGE_MICRO));
    expect(await settledRecords(started)).toBe(3);
    expect(started.serving.child.hasEnded()).toBe(false);
  });

  test("answers of before wait for their settlement, and are charged once", async () => {
    const started = await start();
    const pending = await fillUnder(started);
    started.disk.free();
    const answers = await Promise.all(pending);
    for (const answer of answers) {
      expect(answer).toMatchObject({ status: 200, used: formatCredits(CHARGE_MICRO) });
    }
    expect(await settledRecords(started)).toBe(BOTH.length);
    const told = new Map(answers.map(({ requestId }) => [requestId, CHARGE_MICRO]));
    withBooks(started.dataDir, (books) => checkAnswers(books, { ...noAnswers(), told }));
  });

  test("after ten seconds their clients are told not to retry, and the charge comes once", async () => {
    const started = await start();
    const [whole, stream] = await Promise.all(await fillUnder(started));
    expect(whole).toMatchObject({ status: 503, shouldRetry: "false" });
    expect(whole?.text).toContain('"code":"overloaded"');
    // Its status had left; the error comes in its body, without a clean end.
    expect(stream?.text).toContain('"code":"overloaded"');
    expect(stream?.text).not.toContain("[DONE]");
    started.disk.free();
    await untilReady(started);
    expect(await settledRecords(started)).toBe(BOTH.length);
    const ids = [whole?.requestId ?? "", stream?.requestId ?? ""];
    const told = new Map(ids.map((id) => [id, CHARGE_MICRO]));
    withBooks(started.dataDir, (books) => checkAnswers(books, { ...noAnswers(), told }));
  });

  test("a log on the same disk changes no answer", async () => {
    const disk = mountTmpfs(2 * MIB);
    const started = await suite.start(disk, join(disk.dir, "log"));
    expect((await post(started)).status).toBe(200);
    disk.fill();
    // More lines than the rest of the log file's last page can take.
    for (let index = 0; index < 20; index++) expectRefused(await post(started));
    disk.free();
    expect((await post(started)).status).toBe(200);
    expect(await settledRecords(started)).toBe(2);
  });
});

describe.if(runDiskTests)("a server that is killed on a full disk", () => {
  test("says in one line why it does not start, and starts when there is space", async () => {
    const started = await start();
    const pending = await fillUnder(started);
    const gone = Promise.allSettled(pending);
    started.serving.child.kill("SIGKILL");
    await started.serving.child.ended;
    await gone;
    started.disk.fill();
    const refused = startServe(started);
    expect(await refused.ended).toBe(1);
    expect(refused.stdout()).toBe("");
    expect(refused.stderr()).toMatch(/^error: .*full.*\n$/);

    started.disk.free();
    answerAtOnce(started.upstream);
    started.serving = await serve(started);
    expect(timesLogged(started, "released abandoned holds")).toBe(1);
    expect(await settledRecords(started)).toBe(BOTH.length);
    expect((await post(started)).status).toBe(200);
  });
});
