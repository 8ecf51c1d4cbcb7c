// One cycle of the crash loop: serve a load, die as planned, start again, and look at the books.

import type { Child } from "../support/children.ts";
import type { Random } from "../support/random.ts";
import { waitUntil } from "../support/wait.ts";
import { type AgainCounts, askAgain } from "./ask-again.ts";
import { openHolds, withBooks } from "./books.ts";
import { checkBooks, checkReleased, expectEqual, releasedIn, type Watermark } from "./check.ts";
import { checkAnswers, checkKept } from "./check-answers.ts";
import { checkBackups } from "./check-backup.ts";
import { ask } from "./client.ts";
import { leaveDebris } from "./disk.ts";
import { type House, type Serving, serve, startServe } from "./house.ts";
import { noteKey } from "./memory.ts";
import { operate, type Running } from "./operator.ts";
import type { AccountName, CyclePlan, EndPlan, RequestPlan } from "./plan.ts";
import { type Answers, addAnswers, BrokenPromise, noAnswers, type Promises } from "./promises.ts";
import { TAKE_PATH, type UpstreamCall } from "./upstream.ts";

/** What a run carries from cycle to cycle. */
export interface Run {
  house: House;
  upstreamUrl: string;
  accounts: Record<AccountName, string>;
  promises: Promises;
  mark: Watermark;
  /** The server that the last cycle's restart left running. */
  serving: Serving;
  /** What was asked again after the last restart, which the next one's books are held against. */
  again: Answers;
  counts: AgainCounts & { backups: number };
}

/** Revoked keys that are tried over HTTP after each restart; the books are checked for all. */
const KEYS_TRIED = 3;

/** @throws Error that says what was lost, invented or charged twice. */
export async function runCycle(run: Run, plan: CyclePlan, random: Random): Promise<void> {
  const { house, promises } = run;
  const keysBefore = promises.remembered.size;
  const fresh = noAnswers();
  const backups: Promises["backups"] = [];
  await load(run, plan, { ...promises, ...fresh, backups });
  addAnswers(fresh, run.again);
  addAnswers(promises, fresh);
  leaveDebris(house.dataDir, plan.debris, random);
  for (const afterMs of plan.killedStarts) await killStart(run, afterMs);
  const left = openHolds(house.dataDir);
  if (plan.end.kind === "stop" && left.length > 0) throw new Error("a good end left holds");
  run.counts.backups += checkBackups(house, backups, run.mark);

  run.serving = await serve(house);
  const { child } = run.serving;
  // Lines of the log come a little later than the ready line, which is on another pipe.
  if (left.length > 0)
    await waitUntil(() => releasedIn(child.stderr()).length > 0, "its release in the log");
  const calls = await take(run.upstreamUrl);
  withBooks(house.dataDir, (books) => {
    checkReleased(books, left, child.stderr());
    checkBooks(books, promises, run.mark, calls);
    checkAnswers(books, fresh);
    checkKept(books);
  });
  await Promise.all([checkKeysServed(run), askKeysAgain(run, keysBefore, random)]);
}

async function askKeysAgain(run: Run, keysBefore: number, random: Random): Promise<void> {
  const { serving, accounts, mark } = run;
  run.again = noAnswers();
  const promises = { ...run.promises, ...run.again };
  const asking = { baseUrl: serving.baseUrl, accounts, promises, mark, keysBefore };
  const { replayed, ranAgain } = await askAgain(asking, random);
  run.counts.replayed += replayed;
  run.counts.ranAgain += ranAgain;
}

/** Runs the load and the operator's commands against the running server until both are over. */
async function load(run: Run, plan: CyclePlan, promises: Promises): Promise<void> {
  const { serving, house, accounts } = run;
  const startMono = performance.now();
  const until = (atMs: number) => Bun.sleep(Math.max(0, atMs - (performance.now() - startMono)));
  let isOver = false;
  const send = async (request: RequestPlan, atMs: number) => {
    await until(atMs);
    const target = { baseUrl: serving.baseUrl, key: accounts[request.account] };
    if (isOver) return;
    noteKey(promises, request);
    await ask(target, request, promises);
  };
  const clients = plan.requests.flatMap((request) => {
    const { atMs, duplicateAfterMs } = request;
    const first = send(request, atMs);
    if (duplicateAfterMs === null) return [first];
    return [first, send({ ...request, leave: null }, atMs + duplicateAfterMs)];
  });
  const commands: Running[] = [];
  const operators = plan.operators.map(async (planned) => {
    await until(planned.atMs);
    const running = isOver ? null : operate(house, planned, promises);
    if (running === null) return;
    commands.push(running);
    await running.finish();
  });
  // Handled at once, or a broken promise would end the run as an unhandled rejection.
  const done = Promise.allSettled([...clients, ...operators]);
  await until(plan.end.atMs);
  await endServer(serving.child, plan.end);
  isOver = true;
  if (plan.killsOperators) for (const { child } of commands) child.kill("SIGKILL");
  await serving.child.ended;
  for (const outcome of await done) {
    if (outcome.status === "rejected") throw outcome.reason;
  }
}

async function endServer(child: Child, end: EndPlan): Promise<void> {
  if (end.kind === "kill") {
    child.kill("SIGKILL");
    return;
  }
  child.kill("SIGTERM");
  if (end.kind === "kill-draining") {
    await Bun.sleep(end.afterMs);
    child.kill("SIGKILL");
    return;
  }
  expectEqual("exit code after SIGTERM", await child.ended, 0);
}

/** Kills a start; the holds that it found are then all open still, or all released. */
async function killStart(run: Run, afterMs: number): Promise<void> {
  const { house } = run;
  const before = openHolds(house.dataDir);
  const child = startServe(house);
  await Bun.sleep(afterMs);
  child.kill("SIGKILL");
  await child.ended;
  const after = openHolds(house.dataDir);
  if (after.length > 0) expectEqual("holds after a killed start", `${after}`, `${before}`);
  const said = releasedIn(child.stderr());
  if (said.length > 0) {
    expectEqual("released by a killed start", `${said}`, `${before}`);
    expectEqual("open holds after their release was logged", after.length, 0);
  }
}

async function take(upstreamUrl: string): Promise<UpstreamCall[]> {
  const response = await fetch(upstreamUrl + TAKE_PATH);
  return (await response.json()) as UpstreamCall[];
}

/** Keys that were made are taken, keys that were revoked are refused. */
async function checkKeysServed({ serving, promises, accounts }: Run): Promise<void> {
  const status = async (key: string) => {
    const headers = { authorization: `Bearer ${key}` };
    const response = await fetch(`${serving.baseUrl}/credits`, { headers });
    await response.text();
    return response.status;
  };
  const good = [accounts.rich, ...promises.keys.slice(-KEYS_TRIED).map(({ secret }) => secret)];
  for (const key of good) {
    if ((await status(key)) !== 200) throw new BrokenPromise("a good key was refused");
  }
  for (const { id, secret } of promises.revoked.slice(-KEYS_TRIED)) {
    if ((await status(secret)) !== 401) throw new BrokenPromise(`${id} was revoked and works`);
  }
}
