// The examples of the API's documentation, run as they are written but for the host and the key.

import { afterAll, afterEach, beforeAll, expect, test } from "bun:test";
import { join } from "node:path";
import { chatCompletionChunk } from "../../src/http/endpoints/chat-completions/schema/chunk.ts";
import { chatCompletion } from "../../src/http/endpoints/chat-completions/schema/completion.ts";
import { modelList } from "../../src/http/endpoints/models/schema.ts";
import { runCurlTests } from "../support/curl.ts";
import { verifyBooks } from "../support/ledger.ts";
import { startTestServer, type TestServer } from "../support/server.ts";

const ORIGIN = "https://www.aacflow.io";
const KEY = "aacf_your_key";
/** Where `openai` can be imported from. */
const PROJECT = join(import.meta.dir, "..", "..");

const COMPLETION_CURL = `curl -X POST https://www.aacflow.io/api/v1/ai/chat/completions \\
-H "Authorization: Bearer aacf_your_key" \\
-H "Content-Type: application/json" \\
-d '{
"model": "gpt-4o-mini",
"messages": [
{ "role": "user", "content": "Summarise the top 3 risks in this contract." }
],
"temperature": 0.2
}'`;

const STREAM_CURL = `curl -X POST https://www.aacflow.io/api/v1/ai/chat/completions \\
-H "Authorization: Bearer aacf_your_key" \\
-H "Content-Type: application/json" \\
-d '{"model":"gpt-4o-mini","messages":[{"role":"user","content":"Count to 5"}],"stream":true}'`;

const MODELS_CURL = `curl https://www.aacflow.io/api/v1/ai/models \\
-H "Authorization: Bearer aacf_your_key"`;

const NODE = `import OpenAI from 'openai'
const client = new OpenAI({
apiKey: 'aacf_your_key',
baseURL: 'https://www.aacflow.io/api/v1/ai',
})
const response = await client.chat.completions.create({
model: 'gpt-4o-mini',
messages: [{ role: 'user', content: 'Hello!' }],
})
console.log(response.choices[0].message.content)`;

const EXAMPLE_ANSWER = {
  id: "chatcmpl-a1b2c3d4e5f6",
  object: "chat.completion",
  created: 1_720_000_000,
  model: "gpt-4o-mini",
  choices: [
    {
      index: 0,
      message: { role: "assistant", content: "Hello! How can I help you today?" },
      finish_reason: "stop",
    },
  ],
  usage: { prompt_tokens: 9, completion_tokens: 12, total_tokens: 21 },
};

const EXAMPLE_ERROR = {
  error: {
    message: "Human-readable description",
    type: "invalid_request_error",
    code: "model_not_found",
  },
};

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer({
    config: {
      demo: { enabled: true, wordDelayMs: 0, models: ["gpt-4o-mini", "claude-sonnet-4-6"] },
    },
  });
});

afterEach(() => {
  expect(verifyBooks(server.ledger)).toMatchObject({ heldMicro: 0, discrepancies: [] });
  expect(server.logLinesFrom(40)).toEqual([]);
});

afterAll(() => server.close());

/** The example for this server: nothing but the host and the key is another. */
function here(example: string, key = server.key): string {
  const changed = example.replaceAll(ORIGIN, server.origin).replaceAll(KEY, key);
  expect(changed).not.toContain("aacflow.io");
  return changed;
}

/** Runs a program that must succeed, and gives what it prints. */
async function output(command: string[]): Promise<string> {
  const child = Bun.spawn(command, { cwd: PROJECT, stdin: "ignore", stderr: "pipe" });
  const [stdout, stderr, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  if (code !== 0) throw new Error(`exit code ${code}: ${stderr}`);
  return stdout;
}

const shell = (script: string) => output(["sh", "-c", script]);

/** A value's fields, all the way down, each with the type of what it holds. */
function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shapeOf);
  if (typeof value !== "object" || value === null) return expect.any(constructorOf(value));
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, shapeOf(part)]));
}

const constructorOf = (value: unknown) => (typeof value === "number" ? Number : String);

test.if(runCurlTests)(
  "the curl example answers with every field of the example response",
  async () => {
    const printed = await shell(here(COMPLETION_CURL));
    expect(JSON.parse(printed)).toMatchObject(shapeOf(EXAMPLE_ANSWER) as object);
    const { id, created, ...parsed } = chatCompletion.parse(JSON.parse(printed));
    const { object, model, choices } = EXAMPLE_ANSWER;
    expect(parsed).toMatchObject({
      object,
      model,
      choices: choices.map(({ index, finish_reason }) => ({
        index,
        finish_reason,
        message: { role: "assistant" },
      })),
    });
    expect(id).toMatch(/^chatcmpl-\w+$/);
    expect(Math.abs(created - Date.now() / 1000)).toBeLessThan(60);
    const { prompt_tokens = 0, completion_tokens = 0, total_tokens } = parsed.usage ?? {};
    expect(prompt_tokens).toBeGreaterThan(0);
    expect(completion_tokens).toBeGreaterThan(0);
    expect(total_tokens).toBe(prompt_tokens + completion_tokens);
  },
);

test.if(runCurlTests)("curl shows the response headers of the contract", async () => {
  const printed = await shell(here(COMPLETION_CURL).replace("curl ", "curl -s -D - -o /dev/null "));
  const lines = printed.trim().split("\r\n");
  expect(lines[0]).toBe("HTTP/1.1 200 OK");
  const headers = new Headers(
    lines.slice(1).map((line): [string, string] => {
      const colon = line.indexOf(":");
      return [line.slice(0, colon), line.slice(colon + 1).trim()];
    }),
  );
  const requestId = headers.get("X-Request-Id") ?? "";
  const record = server.ledger.findRecord(requestId);
  const used = headers.get("X-Credits-Used") ?? "";
  expect(used).toMatch(/^\d+\.\d{6}$/);
  expect(Math.round(Number(used) * 1e6)).toBe(record?.chargedMicro ?? -1);
  const remaining = headers.get("X-Credits-Remaining") ?? "";
  expect(remaining).toMatch(/^\d+\.\d{6}$/);
  const { balanceMicro } = await server.gateway.balance(server.accountId);
  expect(Math.round(Number(remaining) * 1e6)).toBe(balanceMicro);
});

test.if(runCurlTests)(
  "the streaming curl example prints one chunk a line, and [DONE]",
  async () => {
    const lines = (await shell(here(STREAM_CURL))).split("\n").filter((line) => line !== "");
    expect(lines.at(-1)).toBe("data: [DONE]");
    const data = lines.filter((line) => line.startsWith("data: {"));
    const chunks = data.map((line) => chatCompletionChunk.parse(JSON.parse(line.slice(6))));
    expect(chunks.length).toBeGreaterThan(3);
    expect(new Set(chunks.map(({ id }) => id)).size).toBe(1);
    for (const { object, model } of chunks) {
      expect({ object, model }).toEqual({ object: "chat.completion.chunk", model: "gpt-4o-mini" });
    }
    const text = chunks.map(({ choices }) => choices[0]?.delta.content ?? "").join("");
    expect(text.length).toBeGreaterThan(10);
    expect(chunks.at(-1)?.choices[0]?.finish_reason).toBe("stop");
  },
);

test.if(runCurlTests)("the model list example lists the contract's models", async () => {
  const list = modelList.parse(JSON.parse(await shell(here(MODELS_CURL))));
  expect(list.object).toBe("list");
  const ids = list.data.map(({ id }) => id);
  expect(ids).toContain("gpt-4o-mini");
  expect(ids).toContain("claude-sonnet-4-6");
});

test("the Node example prints the answer's words", async () => {
  const printed = await output([process.execPath, "--eval", here(NODE)]);
  expect(printed.trim().length).toBeGreaterThan(10);
  const { entries } = server.ledger.history({ accountId: null, limit: 1, before: null });
  expect(entries[0]?.kind).toBe("charge");
});

test.if(runCurlTests)("the model of the LangChain example answers under its own id", async () => {
  const claude = here(COMPLETION_CURL).replace("gpt-4o-mini", "claude-sonnet-4-6");
  const answer = chatCompletion.parse(JSON.parse(await shell(claude)));
  expect(answer.model).toBe("claude-sonnet-4-6");
});

test.if(runCurlTests)("the example's error is what an unknown model gets", async () => {
  const unknown = here(COMPLETION_CURL).replace("gpt-4o-mini", "gpt-0");
  const printed = await shell(unknown);
  expect(JSON.parse(printed)).toMatchObject(shapeOf(EXAMPLE_ERROR) as object);
  const { type, code } = EXAMPLE_ERROR.error;
  expect(JSON.parse(printed)).toMatchObject({ error: { type, code } });
});

test.if(runCurlTests)("an example run with its dummy key gets the contract's 401", async () => {
  const answer: unknown = JSON.parse(await shell(here(MODELS_CURL, KEY)));
  expect(answer).toMatchObject({
    error: { type: "invalid_request_error", code: "invalid_api_key" },
  });
});
