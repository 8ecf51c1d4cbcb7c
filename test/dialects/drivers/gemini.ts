// Google's Gemini API, with a model that is given a budget to think.
import { type Driver, type Fields, openAiCalls, type ToolUse, toJson } from "../driver.ts";
import { ANSWER_SCHEMA, LIMIT } from "../requests.ts";
import {
  geminiFailure,
  geminiFailureIn200,
  geminiImage,
  geminiStream,
  geminiStreamFailures,
  geminiSystem,
  geminiTools,
  geminiUser,
  geminiWhole,
  RATE_LIMITED,
} from "./gemini-wire.ts";

const MODEL = "gemini-2.5-flash";

const toPart = (use: ToolUse): Fields => ({
  functionCall: { id: use.id, name: use.name, args: toJson(use) },
});

/** Gemini's own ids are marked, so that only those go back to it. */
const marked = (calls: readonly ToolUse[]): Fields[] =>
  openAiCalls(calls).map((call) => ({ ...call, id: `gid-${call.id}` }));

const config = { maxOutputTokens: LIMIT };
const body = {
  systemInstruction: geminiSystem,
  contents: [geminiUser],
  generationConfig: config,
};

const call = (id: string, city: string) => ({
  functionCall: { id, name: "look", args: { city } },
});
const result = (id: string, output: string) => ({
  functionResponse: { id, name: "look", response: { output } },
});

export const gemini: Driver = {
  name: "gemini",
  env: (url) => ({ GEMINI_API_KEY: "AIza-upstream", GOOGLE_BASE_URL: url }),
  model: MODEL,
  price: { input: 300_000, cacheRead: 30_000, output: 2_500_000 },
  path: {
    whole: `/v1beta/models/${MODEL}:generateContent`,
    stream: `/v1beta/models/${MODEL}:streamGenerateContent?alt=sse`,
  },
  headers: {
    whole: { "x-goog-api-key": "AIza-upstream", accept: "application/json" },
    stream: { "x-goog-api-key": "AIza-upstream", accept: "text/event-stream" },
  },
  whole: (answer) => geminiWhole(answer, toPart),
  stream: (answer) => geminiStream(answer, toPart),
  streamType: "text/event-stream",
  streamExtras: {},
  sends: {
    text: body,
    tools: {
      ...body,
      tools: geminiTools,
      toolConfig: { functionCallingConfig: { mode: "ANY" } },
    },
    parallelTools: { ...body, tools: geminiTools },
    toolResults: {
      ...body,
      tools: geminiTools,
      contents: [
        geminiUser,
        { role: "model", parts: [call("call_1", "Rome"), call("call_2", "Oslo")] },
        { role: "user", parts: [result("call_1", "sunny"), result("call_2", "rain")] },
      ],
    },
    jsonSchema: {
      ...body,
      generationConfig: {
        ...config,
        responseMimeType: "application/json",
        responseJsonSchema: ANSWER_SCHEMA,
      },
    },
    image: { contents: [geminiImage], generationConfig: config },
    stop: { ...body, generationConfig: { ...config, stopSequences: ["END", "\n\n"] } },
    // "high" is four fifths of the limit, in every dialect.
    reasoning: {
      ...body,
      generationConfig: {
        maxOutputTokens: 4_000,
        thinkingConfig: { thinkingBudget: 3_200, includeThoughts: true },
      },
    },
  },
  clientCalls: marked,
  historyCalls: marked,
  refused: () => ({
    message: { role: "assistant", content: "", refusal: null },
    finishReason: "content_filter",
  }),
  reasoning: { shown: true, counted: true },
  failure: geminiFailure,
  failureSays: { 429: { message: RATE_LIMITED } },
  streamFailures: geminiStreamFailures,
  failureIn200: geminiFailureIn200,
  tellsInputEarly: true,
};
