// The basic behaviours through the real server with aimock, an upstream that is not ours.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { readWire } from "../chat/stream-support.ts";
import { expectQuietBooks, post, recordOf } from "../chat/support.ts";
import { type Aimock, startAimock } from "../support/aimock.ts";
import { startTestServer, type TestServer } from "../support/server.ts";
import { costOf, STREAMING } from "./bench.ts";
import type { Driver, Fields } from "./driver.ts";
import { anthropic } from "./drivers/anthropic.ts";
import { bedrock } from "./drivers/bedrock.ts";
import { gemini } from "./drivers/gemini.ts";
import { openai } from "./drivers/openai.ts";
import { openaiResponses } from "./drivers/openai-responses.ts";
import { vertexGemini } from "./drivers/vertex-gemini.ts";
import { joinChunks } from "./join-chunks.ts";
import { LIMIT, LOOK } from "./requests.ts";

const DRIVERS = [openai, openaiResponses, anthropic, gemini, bedrock, vertexGemini] as const;
const TEXT = "Grüße from the other side, 世界! 😀";
const USAGE = { prompt_tokens: 1_000, completion_tokens: 200, total_tokens: 1_200 };

describe.each(DRIVERS.map((driver) => [driver.name, driver] as const))("%s", (_name, driver) => {
  let upstream: Aimock;
  let server: TestServer;

  beforeAll(async () => {
    upstream = await startAimock();
    const { mock } = upstream;
    mock.onMessage("hello", { content: TEXT, usage: USAGE }, { chunkSize: 5 });
    const calls = ["Rome", "Oslo"].map((city) => ({
      name: "look",
      arguments: JSON.stringify({ city }),
    }));
    mock.onMessage("weather", { toolCalls: calls, usage: USAGE });
    const { config = {} } = driver;
    server = await startTestServer({ env: driver.env(mock.url), config });
  });

  afterAll(async () => {
    await expectQuietBooks(server);
    await server.close();
    await upstream.stop();
  });

  const requestOf = (content: string, extra: Fields) => ({
    model: driver.model,
    messages: [{ role: "user", content }],
    max_completion_tokens: LIMIT,
    ...extra,
  });

  async function whole(content: string, extra: Fields = {}): Promise<Fields> {
    const response = await post(server, requestOf(content, extra));
    expect(response.status).toBe(200);
    const body = (await response.json()) as { choices: Fields[]; usage: Fields };
    expect(body.choices).toHaveLength(1);
    await expectCharged(server, driver, response, body.usage);
    return body.choices[0] ?? {};
  }

  async function streamed(content: string, extra: Fields = {}) {
    const response = await post(server, requestOf(content, { ...extra, ...STREAMING }));
    expect(response.status).toBe(200);
    const wire = readWire(await response.text());
    expect([wire.errors, wire.isDone]).toEqual([[], true]);
    const { message, finishReasons, usages } = joinChunks(wire);
    const [usage] = usages as Fields[];
    await expectCharged(server, driver, response, usage ?? {});
    return { message: message as Fields, finishReasons };
  }

  test("text", async () => {
    expect(await whole("hello")).toEqual({
      index: 0,
      message: { role: "assistant", content: TEXT, refusal: null },
      logprobs: null,
      finish_reason: "stop",
    });
    expect(upstream.mock.getLastRequest()?.path).toBe(driver.path.whole);
  });

  test("stream", async () => {
    const { message, finishReasons } = await streamed("hello");
    expect(message).toEqual({ role: "assistant", content: TEXT, refusal: null });
    expect(finishReasons).toEqual(["stop"]);
    expect(upstream.mock.getLastRequest()?.path).toBe(driver.path.stream);
  });

  test("tools, whole and streamed", async () => {
    const extra = { tools: [LOOK] };
    const choice = await whole("weather", extra);
    expect(choice.finish_reason).toBe("tool_calls");
    const { message, finishReasons } = await streamed("weather", extra);
    expect(finishReasons).toEqual(["tool_calls"]);
    for (const told of [choice.message as Fields, message]) {
      expect(callsOf(told)).toEqual([
        ["look", { city: "Rome" }],
        ["look", { city: "Oslo" }],
      ]);
    }
  });
});

function callsOf({ tool_calls: calls }: Fields): unknown[] {
  const given = calls as { function: { name: string; arguments: string } }[];
  return given.map(({ function: fn }) => [fn.name, JSON.parse(fn.arguments)]);
}

/** The mock's usage reached the client and the books, at the model's price. */
async function expectCharged(
  server: TestServer,
  driver: Driver,
  response: Response,
  usage: Fields,
): Promise<void> {
  const tokens = { input: 1_000, cached: 0, output: 200, reasoning: 0 };
  const chargedMicro = costOf(driver.price, tokens);
  expect(usage).toMatchObject({ ...USAGE, cost: chargedMicro / 1_000_000 });
  const record = await recordOf(server, response.headers.get("x-request-id") ?? "");
  expect(record).toMatchObject({ ending: "completed", usageSource: "reported", chargedMicro });
}
