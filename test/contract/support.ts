// Helpers of the contract tests: requests byte by byte, and what every error must look like.
import { expect } from "bun:test";
import { connect } from "node:net";
import { errorEnvelope } from "../../src/http/openapi/error-schema.ts";
import type { TestServer } from "../support/server.ts";
import { within } from "../support/wait.ts";

export interface Answer {
  status: number;
  headers: Headers;
  text: string;
}

/** What an error answer must be; `message` is what its text has to contain. */
export interface ExpectedError {
  status: number;
  type?: string;
  code?: string | null;
  param?: string | null;
  message?: string;
}

/** Checks status, content type, request id and the envelope: its four fields, and no others. */
export function expectError(answer: Answer, expected: ExpectedError): void {
  const { status, type = "invalid_request_error", code = null, param = null } = expected;
  expect({ status: answer.status, text: answer.text }).toMatchObject({ status });
  expect(answer.headers.get("content-type")).toBe("application/json");
  expect(answer.headers.get("x-request-id")).toMatch(/^req_[0-9A-HJKMNP-TV-Z]{26}$/);
  const body: unknown = JSON.parse(answer.text);
  const { error } = errorEnvelope.parse(body);
  expect(body).toEqual({ error: { message: expect.any(String), type, param, code } });
  expect(error.message).toContain(expected.message ?? "");
  expect(error.message.length).toBeGreaterThan(10);
}

/** An authenticated caller's error: it has cost nothing, and the balance is told. */
export function expectNothingCharged(answer: Answer, balance: string): void {
  expect(answer.headers.get("x-credits-used")).toBe("0.000000");
  expect(answer.headers.get("x-credits-remaining")).toBe(balance);
}

/** A caller who is not known is told nothing of anybody's credit. */
export function expectNoCredits(answer: Answer): void {
  const names = [...answer.headers.keys()].filter((name) => name.startsWith("x-credits"));
  expect(names).toEqual([]);
}

export async function request(url: string, init: RequestInit = {}): Promise<Answer> {
  const response = await fetch(url, init);
  return { status: response.status, headers: response.headers, text: await response.text() };
}

/** POST /chat/completions with a key; `body` is sent as it is. */
export function chat(
  server: TestServer,
  body: string | ReadableStream | Uint8Array<ArrayBuffer>,
  headers: Record<string, string> = {},
): Promise<Answer> {
  return request(`${server.baseUrl}/chat/completions`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${server.key}`,
      "content-type": "application/json",
      ...headers,
    },
    body,
  });
}

/**
 * Writes a request's text to a socket of its own, and gives the answer as soon as all of it is
 * there, whatever part of the request is still missing.
 */
export function rawRequest(server: TestServer, lines: string[], body = ""): Promise<Answer> {
  const { hostname, port } = new URL(server.origin);
  const done = Promise.withResolvers<Answer>();
  let received = "";
  const socket = connect(Number(port), hostname, () => {
    socket.write(`${lines.join("\r\n")}\r\nhost: ${hostname}\r\n\r\n${body}`);
  });
  socket.on("data", (bytes) => {
    received += bytes.toString("utf8");
    const answer = readAnswer(received);
    if (answer !== null) done.resolve(answer);
  });
  socket.on("close", () => done.reject(new Error(`closed without an answer: ${received}`)));
  socket.on("error", done.reject);
  return within(done.promise, "an answer").finally(() => socket.destroy());
}

/** Null until the head and `content-length` bytes are there. */
function readAnswer(received: string): Answer | null {
  const end = received.indexOf("\r\n\r\n");
  if (end < 0) return null;
  const [statusLine = "", ...fields] = received.slice(0, end).split("\r\n");
  const headers = new Headers();
  for (const field of fields) {
    const colon = field.indexOf(":");
    headers.append(field.slice(0, colon), field.slice(colon + 1).trim());
  }
  const text = received.slice(end + 4);
  if (text.length < Number(headers.get("content-length") ?? 0)) return null;
  return { status: Number(statusLine.split(" ")[1]), headers, text };
}
