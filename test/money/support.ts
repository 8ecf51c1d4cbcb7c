// Helpers of the money tests: a server with one plainly priced model on a scripted upstream, the
// requests as it met them, their records and the books, and a database that another has locked.

import { Database as Sqlite } from "bun:sqlite";
import { expect } from "bun:test";
import { join } from "node:path";
import { DATABASE_FILE } from "../../src/db/open.ts";
import type { RequestRecord } from "../../src/ledger/port.ts";
import { verifyBooks } from "../support/ledger.ts";
import { gated, type RawUpstream, sse, startRawUpstream } from "../support/raw-upstream.ts";
import { startTestServer, type TestServer, type TestServerOptions } from "../support/server.ts";
import { waitUntil } from "../support/wait.ts";

/** The only model: one micro-dollar for each token, in and out. */
export const MODEL = "m";
export const CONTEXT = 100_000;
export const OUTPUT_MAX = 1_000;
export const GRANTED_MICRO = 10_000_000;

/** A chat request as the gateway was given it. */
export interface MetRequest {
  requestId: string;
  /** Aborts when the server has noticed that the client left. */
  signal: AbortSignal;
}

export interface House {
  upstream: RawUpstream;
  server: TestServer;
  /** All requests so far that got as far as the gateway. */
  met: MetRequest[];
  close(): Promise<void>;
}

/** A server whose provider `custom` is a raw upstream; `provider` has more of its settings. */
export async function startHouse(
  config: TestServerOptions["config"] = {},
  provider: object = {},
): Promise<House> {
  const upstream = await startRawUpstream();
  const met: MetRequest[] = [];
  const model = {
    price: { inputPerMtok: "1", outputPerMtok: "1" },
    contextWindow: CONTEXT,
    maxOutputTokens: OUTPUT_MAX,
  };
  const server = await startTestServer({
    creditsMicro: GRANTED_MICRO,
    config: {
      ...config,
      providers: {
        custom: {
          dialect: "openai",
          baseUrl: `${upstream.url}/v1`,
          models: { [MODEL]: model },
          // A test that scripts a refusal means to see it.
          retries: { max: 0 },
          ...provider,
        },
      },
    },
    wrapGateway: (gateway) => ({
      ...gateway,
      answer(journey, input) {
        met.push({ requestId: input.requestId, signal: input.signal });
        return gateway.answer(journey, input);
      },
    }),
  });
  const close = async () => {
    await server.close();
    await upstream.close();
  };
  return { upstream, server, met, close };
}

/** POST /chat/completions; a model and a message are filled in. */
export function post(
  { server }: House,
  body: Record<string, unknown> = {},
  signal?: AbortSignal,
): Promise<Response> {
  return fetch(`${server.baseUrl}/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${server.key}`, "content-type": "application/json" },
    body: JSON.stringify({
      model: MODEL,
      messages: [{ role: "user", content: "hello" }],
      ...body,
    }),
    ...(signal === undefined ? {} : { signal }),
  });
}

/** Asks for a stream that says `text` and then hangs, and leaves when it has said `words`. */
export async function leaveAfter(
  house: House,
  text: string,
  words: string,
  body: object = {},
): Promise<void> {
  house.upstream.answer(sse(gated(text, new Promise(() => {}))));
  const leaving = new AbortController();
  const response = await post(house, { stream: true, ...body }, leaving.signal);
  try {
    await readUntil(response, words, () => leaving.abort());
  } catch (error) {
    if (!leaving.signal.aborted) throw error;
  }
  expect(leaving.signal.aborted).toBe(true);
}

/** Asks for a stream that says `text` and is cut as soon as it has said `words` here. */
export async function cutAfter(
  house: House,
  text: string,
  words: string,
  body: object = {},
): Promise<void> {
  // Without the wait the cut could overtake the words inside of the server's HTTP client.
  const seen = Promise.withResolvers<void>();
  house.upstream.answer(sse(gated(text, seen.promise), "cut"));
  const response = await post(house, { stream: true, ...body });
  expect(response.status).toBe(200);
  await readUntil(response, words, seen.resolve);
}

/** Reads a body to its end, and says when it has said `words`. */
async function readUntil(response: Response, words: string, said: () => void): Promise<void> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const bytes of response.body ?? []) {
    text += decoder.decode(bytes, { stream: true });
    if (text.includes(words)) said();
  }
}

/** Sends a request, and leaves as soon as the provider has it. */
export async function leaveBeforeAnswer(house: House, body: object = {}): Promise<void> {
  const before = house.upstream.requests.length;
  const leaving = new AbortController();
  const pending = post(house, { ...body }, leaving.signal);
  await waitUntil(() => house.upstream.requests.length > before, "the call upstream");
  leaving.abort();
  expect(await pending.catch((error: Error) => error.name)).toBe("AbortError");
}

/** A record with its token counts read. */
export interface Ended extends RequestRecord {
  tokens: { promptTokens: number; completionTokens: number } | null;
}

/**
 * The record of the last request that the gateway met, once its money is settled. On the way: it
 * is in the books at most once, nothing is held any more, and every rule of the books holds.
 */
export async function lastEnded(house: House, limitMs?: number): Promise<Ended> {
  const { server, met } = house;
  await waitUntil(() => server.gateway.inProgress() === 0, "all requests settled", limitMs);
  const requestId = met.at(-1)?.requestId ?? "";
  const record = server.ledger.findRecord(requestId);
  if (record === undefined) throw new Error(`no record of ${requestId}`);
  expectBalanced(house);
  const { entries } = server.ledger.history({ accountId: null, limit: 1000, before: null });
  const charges = entries.filter((entry) => entry.requestId === requestId);
  expect(charges.map(({ kind, amountMicro }) => ({ kind, amountMicro }))).toEqual(
    record.chargedMicro === 0 ? [] : [{ kind: "charge", amountMicro: -record.chargedMicro }],
  );
  return { ...record, tokens: record.usage };
}

/** Nothing is held or written off, and every rule of the books holds. */
export function expectBalanced({ server }: House): void {
  expect(verifyBooks(server.ledger)).toMatchObject({
    discrepancies: [],
    openHolds: 0,
    heldMicro: 0,
    shortfallMicro: 0,
  });
}

/** Locks the database as another process would; the function that is given takes the lock away. */
export function lockDatabase({ server }: House): () => void {
  const other = new Sqlite(join(server.dataDir, DATABASE_FILE));
  other.run("BEGIN IMMEDIATE");
  return () => other.close();
}
