// Refusals of a body and of headers: malformed, too large, too slow or of another kind.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { startTestServer, type TestServer } from "../support/server.ts";
import { type Answer, chat, expectError, expectNothingCharged, rawRequest } from "./support.ts";

const BODY = JSON.stringify({ model: "demo", messages: [{ role: "user", content: "hi" }] });

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer({
    config: {
      demo: { enabled: true, wordDelayMs: 0 },
      limits: { bodyBytes: 2_000, bodyTimeoutMs: 150, messages: 3 },
    },
  });
});

afterAll(async () => {
  // Nothing here is the server's fault, so nothing may be in the log above "info".
  expect(server.logLinesFrom(40)).toEqual([]);
  await server.close();
});

describe("400 for a malformed body", () => {
  const cases: [string, string, string | null, string][] = [
    ["nothing", "", null, "empty"],
    ["blanks", "  \n", null, "empty"],
    ["half of a JSON text", '{"model":"demo"', null, "not valid JSON"],
    ["an array", "[]", null, "JSON object"],
    ["null", "null", null, "JSON object"],
    ["no model", '{"messages":[{"role":"user","content":"hi"}]}', "model", "Missing"],
    ["no messages", '{"model":"demo"}', "messages", "Missing"],
    ["empty messages", '{"model":"demo","messages":[]}', "messages", "at least 1"],
  ];
  const fields: [string, string][] = [
    ['"temperature":2.1', "temperature"],
    ['"temperature":"hot"', "temperature"],
    ['"max_tokens":0', "max_tokens"],
    ['"max_tokens":1.5', "max_tokens"],
    ['"stream":"yes"', "stream"],
    ['"top_p":1.1', "top_p"],
    ['"stop":5', "stop"],
    ['"tools":[{"type":"function"}]', "tools[0].function"],
    ['"tool_choice":"maybe"', "tool_choice"],
    ['"response_format":{"type":"yaml"}', "response_format.type"],
    ['"n":17', "n"],
  ];

  test.each(cases)("%s", async (_name, body, param, message) => {
    const answer = await chat(server, body);
    expectError(answer, { status: 400, param, message });
  });

  test.each(fields)("%s", async (field, param) => {
    const answer = await chat(server, `${BODY.slice(0, -1)},${field}}`);
    expectError(answer, { status: 400, param });
  });

  test("a message of an unknown role names its place and does not repeat it", async () => {
    const messages = [{ role: "wizard-of-oz", content: "hi" }];
    const answer = await chat(server, JSON.stringify({ model: "demo", messages }));
    expectError(answer, { status: 400, param: "messages[0].role" });
    expect(answer.text).not.toContain("wizard-of-oz");
  });

  test("bytes that are not UTF-8", async () => {
    const answer = await chat(server, new Uint8Array([0x7b, 0x22, 0xff, 0x22, 0x7d]));
    expectError(answer, { status: 400, message: "UTF-8" });
  });

  test("costs nothing, and says what is left", async () => {
    const { balanceMicro } = await server.gateway.balance(server.accountId);
    const answer = await chat(server, "{}");
    expectNothingCharged(answer, (balanceMicro / 1e6).toFixed(6));
  });
});

describe("bodies and headers beyond the limits", () => {
  const tooLarge = { status: 413, code: "request_too_large", message: "2000 bytes" };
  const expectKnownCaller = (answer: Answer) =>
    expect(answer.headers.get("x-credits-used")).toBe("0.000000");

  test("413 at once for a content-length above the limit, before any of the body", async () => {
    const answer = await rawRequest(server, [
      "POST /api/v1/ai/chat/completions HTTP/1.1",
      `authorization: Bearer ${server.key}`,
      "content-type: application/json",
      "content-length: 2001",
    ]);
    expectError(answer, tooLarge);
    expectKnownCaller(answer);
  });

  test("413 for a body of unknown length that grows beyond the limit", async () => {
    const pieces = new ReadableStream({
      pull(controller) {
        controller.enqueue(new Uint8Array(500).fill(0x20));
      },
    });
    const answer = await chat(server, pieces);
    expectError(answer, tooLarge);
    expectKnownCaller(answer);
  });

  test("408 for a body that does not come in time", async () => {
    const answer = await rawRequest(
      server,
      [
        "POST /api/v1/ai/chat/completions HTTP/1.1",
        `authorization: Bearer ${server.key}`,
        "content-length: 100",
      ],
      '{"model":',
    );
    expectError(answer, { status: 408, code: "request_timeout", message: "150 ms" });
    expectKnownCaller(answer);
  });

  test.each<Record<string, string>>([
    { "content-type": "application/xml" },
    { "content-type": "multipart/form-data; boundary=x" },
    { "content-type": "application/x-www-form-urlencoded" },
    { "content-encoding": "gzip" },
  ])("415 for %p", async (headers) => {
    const answer = await chat(server, BODY, headers);
    expectError(answer, { status: 415, code: "unsupported_media_type" });
    expectKnownCaller(answer);
  });

  test.each(["text/plain;charset=UTF-8", "application/json; charset=utf-8", "text/json"])(
    "%s passes for JSON",
    async (type) => {
      expect((await chat(server, BODY, { "content-type": type })).status).toBe(200);
    },
  );

  test("400 for more messages than the limit", async () => {
    const messages = Array.from({ length: 4 }, () => ({ role: "user", content: "hi" }));
    const answer = await chat(server, JSON.stringify({ model: "demo", messages }));
    expectError(answer, { status: 400, param: "messages", message: "at most 3" });
  });
});
