// A server whose data is on a disk of the test's own, with an upstream that the test holds back.
import { join } from "node:path";
import { endAll } from "../support/children.ts";
import { emptyFolder } from "../support/folders.ts";
import { completion, streamOf, USAGE } from "../support/openai-wire.ts";
import {
  json,
  type RawUpstream,
  sse,
  startRawUpstream,
  type UpstreamAnswer,
} from "../support/raw-upstream.ts";
import { waitUntil } from "../support/wait.ts";
import { withBooks } from "./books.ts";
import { type House, MODEL, makeHouse, openAccount, type Serving, serve } from "./house.ts";
import type { Disk } from "./mounts.ts";

/** What each answer of the upstream costs. */
export const CHARGE_MICRO = USAGE.prompt_tokens + USAGE.completion_tokens;

export interface DiskHouse<D extends Disk> extends House {
  disk: D;
  upstream: RawUpstream;
  serving: Serving;
  key: string;
}

export async function startDiskHouse<D extends Disk>(
  binary: string,
  disk: D,
  logFile?: string,
): Promise<DiskHouse<D>> {
  const upstream = await startRawUpstream();
  answerAtOnce(upstream);
  const house = makeHouse({
    binary,
    folder: emptyFolder(),
    dataDir: join(disk.dir, "data"),
    upstreamUrl: upstream.url,
  });
  const key = await openAccount(house, "rich", "1000");
  const serving = await serve(house, logFile);
  return { ...house, disk, upstream, serving, key };
}

export async function closeDiskHouse({ upstream, disk }: DiskHouse<Disk>): Promise<void> {
  await endAll();
  await upstream.close();
  disk.unmount();
}

/** Answers each call with the same figures: streams to those who ask for one. */
export function answerAtOnce(upstream: RawUpstream): void {
  upstream.answer(({ body }) => answerTo(body));
}

function answerTo(body: unknown): UpstreamAnswer {
  const wantsStream = (body as { stream?: boolean }).stream === true;
  return wantsStream ? sse(streamOf("Hello!")) : json(completion());
}

/** Holds all answers back until the function that is given is called. */
export function holdAnswers(upstream: RawUpstream): () => void {
  const gate = Promise.withResolvers<void>();
  upstream.answer(({ body }) => {
    const answer = answerTo(body);
    async function* pieces() {
      await gate.promise;
      yield* answer.pieces;
    }
    return { ...answer, pieces: pieces() };
  });
  return gate.resolve;
}

export interface Answered {
  requestId: string;
  status: number;
  shouldRetry: string | null;
  text: string;
  /** The final figure as it was told, or null. */
  used: string | null;
}

export async function post(house: DiskHouse<Disk>, body: object = {}): Promise<Answered> {
  const response = await fetch(`${house.serving.baseUrl}/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${house.key}`, "content-type": "application/json" },
    body: JSON.stringify({ model: MODEL, messages: [{ role: "user", content: "hello" }], ...body }),
  });
  const text = await response.text();
  const streamed = /^: x-credits-used=(\S+)/m.exec(text)?.[1];
  const isProvisional = response.headers.has("x-credits-reserved");
  return {
    requestId: response.headers.get("x-request-id") ?? "",
    status: response.status,
    shouldRetry: response.headers.get("x-should-retry"),
    text,
    used: streamed ?? (isProvisional ? null : response.headers.get("x-credits-used")),
  };
}

/** The status of a path beside the API, as `/ready`. */
export async function statusOf(house: DiskHouse<Disk>, path: string): Promise<number> {
  const response = await fetch(new URL(path, house.serving.baseUrl));
  await response.text();
  return response.status;
}

/** Waits until the server takes writes again. */
export async function untilReady(house: DiskHouse<Disk>): Promise<void> {
  for (let isReady = false; !isReady; ) {
    isReady = (await statusOf(house, "/ready")) === 200;
    if (!isReady) await Bun.sleep(20);
  }
}

/** How often the log says something. */
export const timesLogged = (house: DiskHouse<Disk>, message: string): number =>
  house.serving.child.stderr().split(`"msg":"${message}"`).length - 1;

/** Waits until nothing is held any more, and the books are whole; gives the number of records. */
export async function settledRecords(house: DiskHouse<Disk>): Promise<number> {
  const look = () => withBooks(house.dataDir, ({ ledger }) => ledger.verify());
  await waitUntil(() => look().openHolds === 0, "all holds ended", 20_000);
  const report = look();
  if (report.discrepancies.length > 0) throw new Error(JSON.stringify(report.discrepancies));
  return report.requests;
}
