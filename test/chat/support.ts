// Helpers of the chat tests: an SDK client and plain requests to a test server, records and books.

import { expect } from "bun:test";
import OpenAI, { type ClientOptions } from "openai";
import type { RequestRecord } from "../../src/ledger/port.ts";
import { verifyBooks } from "../support/ledger.ts";
import type { TestServer } from "../support/server.ts";
import { waitUntil } from "../support/wait.ts";

/** A model that every server with an OpenAI key serves, at 0.15 and 0.60 per million tokens. */
export const MODEL = "gpt-4o-mini";

/** The official SDK against the server; it does not retry unless it is told to. */
export function clientOf(server: TestServer, options: ClientOptions = {}): OpenAI {
  return new OpenAI({ apiKey: server.key, baseURL: server.baseUrl, maxRetries: 0, ...options });
}

export const ask = (content: string) => [{ role: "user" as const, content }];

/** POST /chat/completions with this JSON body; a model and a message are filled in. */
export function post(
  server: TestServer,
  body: Record<string, unknown> = {},
  init: { headers?: Record<string, string>; signal?: AbortSignal } = {},
): Promise<Response> {
  return fetch(`${server.baseUrl}/chat/completions`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${server.key}`,
      "content-type": "application/json",
      ...init.headers,
    },
    body: JSON.stringify({ model: MODEL, messages: ask("hello"), ...body }),
    ...(init.signal === undefined ? {} : { signal: init.signal }),
  });
}

/** What a promise rejects with, as an instance of this class. */
export async function failure<T>(
  promise: Promise<unknown>,
  type: abstract new (...args: never[]) => T,
): Promise<T> {
  const outcome = await promise.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
  if (!("error" in outcome)) throw new Error("expected a rejection");
  expect(outcome.error).toBeInstanceOf(type);
  return outcome.error as T;
}

/** The record of a request, once its money is settled. */
export async function recordOf(server: TestServer, requestId: string): Promise<RequestRecord> {
  await waitUntil(
    () => server.ledger.findRecord(requestId) !== undefined,
    `the record of ${requestId}`,
  );
  return server.ledger.findRecord(requestId) as RequestRecord;
}

/** Every request is settled, nothing is held or written off, and every rule of the books holds. */
export async function expectQuietBooks(server: TestServer): Promise<void> {
  await waitUntil(() => server.gateway.inProgress() === 0, "all requests settled");
  const report = verifyBooks(server.ledger);
  expect(report.discrepancies).toEqual([]);
  expect(report.heldMicro).toBe(0);
  expect(report.shortfallMicro).toBe(0);
}

/** All of a promise-like stream's items. */
export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}
