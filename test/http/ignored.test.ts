// Fields that a provider's dialect cannot express are named in a header, whole and streamed; nothing odd gets into it.
import { afterEach, expect, test } from "bun:test";
import type { CallAnswer } from "../../src/calls/answer.ts";
import { ignoredText } from "../../src/http/endpoints/chat-completions/ignored.ts";
import { startTestServer, type TestServer } from "../support/server.ts";

let server: TestServer;
afterEach(() => server.close());

/** An answer whose provider left these fields out, and begins after so many milliseconds. */
async function answerOf(fields: readonly string[], stream: boolean, firstWordDelayMs = 0) {
  const ignored = ignoredText(fields);
  const said = (answer: CallAnswer): CallAnswer => {
    if (answer.kind === "completion") return { ...answer, ignored };
    if (answer.kind !== "stream") return answer;
    return { ...answer, opened: answer.opened.then(() => ({ ignored })) };
  };
  server = await startTestServer({
    config: {
      demo: { enabled: true, wordDelayMs: 0, firstWordDelayMs },
      server: { corsOrigins: ["*"], firstByteWithinMs: 100 },
    },
    wrapGateway: (gateway) => ({
      ...gateway,
      answer: async (journey, input) => said(await gateway.answer(journey, input)),
    }),
  });
  const response = await fetch(`${server.baseUrl}/chat/completions`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${server.key}`,
      "content-type": "application/json",
      origin: "https://app.example",
    },
    body: JSON.stringify({ model: "demo", stream, messages: [{ role: "user", content: "hi" }] }),
  });
  expect(response.status).toBe(200);
  const text = await response.text();
  const exposed = response.headers.get("access-control-expose-headers");
  expect(exposed?.toLowerCase()).toContain("x-aacflow-ignored");
  return { header: response.headers.get("x-aacflow-ignored"), text };
}

const headerOf = async (ignored: readonly string[], stream: boolean) =>
  (await answerOf(ignored, stream)).header;

test.each([true, false])("they are named, streamed %p", async (stream) => {
  const fields = ["top_k", "messages[0].content[1].image_url.detail"];
  expect(await headerOf(fields, stream)).toBe("top_k, messages[0].content[1].image_url.detail");
});

test.each([true, false])("where there are none there is no header, streamed %p", async (stream) => {
  expect(await headerOf([], stream)).toBeNull();
});

test("names that are not fit for a header are left out, and many are cut", async () => {
  expect(
    await headerOf(["a\r\nset-cookie: x=1", "ключ", "", "b,c", "x".repeat(65)], false),
  ).toBeNull();
  await server.close();
  const many = await headerOf(
    Array.from({ length: 1_000 }, (_, at) => `field_${at}`),
    true,
  );
  expect(many?.split(", ")).toHaveLength(32);
});

test("a stream that is answered before its provider's first event has them in a comment before that", async () => {
  const { header, text } = await answerOf(["top_k", "a b", "seed"], true, 300);
  expect(header).toBeNull();
  expect(text).toMatch(/^(?:: keep-alive\n\n)+: x-aacflow-ignored=top_k, seed\n\ndata: /);
  await server.close();
  expect((await answerOf([], true, 300)).text).toMatch(/^(?:: keep-alive\n\n)+data: /);
});
