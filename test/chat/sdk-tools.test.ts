// Tool calls through the official SDK: one, several at once, and their results on the way back.
import { afterAll, afterEach, beforeAll, expect, test } from "bun:test";
import type OpenAI from "openai";
import type {
  ChatCompletionFunctionTool,
  ChatCompletionMessageParam,
} from "openai/resources/chat/completions";
import { type Aimock, startAimock } from "../support/aimock.ts";
import { startTestServer, type TestServer } from "../support/server.ts";
import { ask, clientOf, expectQuietBooks, MODEL } from "./support.ts";

const WEATHER = {
  type: "function",
  function: {
    name: "get_weather",
    description: "The weather of a city.",
    parameters: { type: "object", properties: { city: { type: "string" } }, required: ["city"] },
  },
} satisfies ChatCompletionFunctionTool;

const CALL = { name: "get_weather", arguments: '{"city":"Paris"}', id: "call_paris" };
const SECOND = { name: "get_weather", arguments: '{"city":"Rome"}', id: "call_rome" };

/** A call as the SDK gives it. */
const asToolCall = ({ id, ...fn }: typeof CALL) => ({ id, type: "function", function: fn });

let upstream: Aimock;
let server: TestServer;
let client: OpenAI;

beforeAll(async () => {
  upstream = await startAimock();
  upstream.mock
    .onToolResult("call_paris", { content: "It is sunny in Paris." })
    .onToolResult("call_rome", { content: "Sunny in Paris, rainy in Rome." })
    .onMessage("both cities", { toolCalls: [CALL, SECOND] })
    .onMessage("Paris", { toolCalls: [CALL] });
  server = await startTestServer({ env: upstream.env });
  client = clientOf(server);
});

afterEach(() => expectQuietBooks(server));

afterAll(async () => {
  await server.close();
  await upstream.stop();
});

const sentMessages = () =>
  (upstream.mock.getLastRequest()?.body as { messages: unknown } | undefined)?.messages;

test("a tool call comes back with its id, name and arguments", async () => {
  const answer = await client.chat.completions.create({
    model: MODEL,
    messages: ask("Weather in Paris?"),
    tools: [WEATHER],
    tool_choice: "auto",
  });
  const choice = answer.choices[0];
  expect(choice?.finish_reason).toBe("tool_calls");
  expect(choice?.message.content).toBeNull();
  expect(choice?.message.tool_calls as unknown).toEqual([asToolCall(CALL)]);
  expect(upstream.mock.getLastRequest()?.body).toMatchObject({
    tools: [WEATHER],
    tool_choice: "auto",
  });
});

test("parallel tool calls keep their order and their ids", async () => {
  const answer = await client.chat.completions.create({
    model: MODEL,
    messages: ask("Weather in both cities?"),
    tools: [WEATHER],
    parallel_tool_calls: true,
  });
  const calls: unknown = answer.choices[0]?.message.tool_calls;
  expect(calls).toEqual([asToolCall(CALL), asToolCall(SECOND)]);
});

test("streamed parallel calls are put together by the SDK without mixing them up", async () => {
  const stream = client.chat.completions.stream({
    model: MODEL,
    messages: ask("Weather in both cities?"),
    tools: [WEATHER],
  });
  const message = await stream.finalMessage();
  expect(message.tool_calls as unknown).toMatchObject([asToolCall(CALL), asToolCall(SECOND)]);
  expect(message.tool_calls).toHaveLength(2);
});

test("the answer and the tools' results go back upstream as they were sent", async () => {
  const question = ask("Weather in both cities?");
  const first = await client.chat.completions.create({
    model: MODEL,
    messages: question,
    tools: [WEATHER],
  });
  const answer = first.choices[0]?.message;
  if (answer === undefined) throw new Error("no answer");
  const messages: ChatCompletionMessageParam[] = [
    ...question,
    answer,
    { role: "tool", tool_call_id: CALL.id, content: '{"sky":"sunny"}' },
    { role: "tool", tool_call_id: SECOND.id, content: [{ type: "text", text: "rain" }] },
  ];
  const second = await client.chat.completions.create({ model: MODEL, messages, tools: [WEATHER] });
  expect(second.choices[0]?.message.content).toBe("Sunny in Paris, rainy in Rome.");
  expect(sentMessages()).toEqual([
    question[0],
    // Null is absent, so the empty refusal does not travel; a null content must.
    { role: "assistant", content: null, tool_calls: [asToolCall(CALL), asToolCall(SECOND)] },
    ...messages.slice(2),
  ]);
});

test("the SDK's tool runner runs the function and ends with the model's last words", async () => {
  const asked: unknown[] = [];
  const runner = client.chat.completions.runTools({
    model: MODEL,
    messages: ask("Weather in Paris?"),
    tools: [
      {
        type: "function",
        function: {
          ...WEATHER.function,
          parse: JSON.parse,
          function: (args: { city: string }) => {
            asked.push(args);
            return "sunny";
          },
        },
      },
    ],
  });
  expect(await runner.finalContent()).toBe("It is sunny in Paris.");
  expect(asked).toEqual([{ city: "Paris" }]);
});
