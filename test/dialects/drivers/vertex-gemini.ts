// Gemini on Vertex AI, with a model that is given a level to think at and signs its calls.
import { expect } from "bun:test";
import { type Driver, type Fields, openAiCalls, type ToolUse, toJson } from "../driver.ts";
import { ANSWER_SCHEMA, LIMIT, REASONING_LIMIT } from "../requests.ts";
import { gemini } from "./gemini.ts";
import {
  geminiImage,
  geminiStream,
  geminiSystem,
  geminiTools,
  geminiUser,
  geminiWhole,
} from "./gemini-wire.ts";
import { vertexEnv } from "./vertex-claude.ts";

const MODEL = "gemini-3.1-pro-preview";
const PATH = `/v1/projects/team-1/locations/europe-west4/publishers/google/models/${MODEL}`;
const SIGNATURE = "c2lnbmF0dXJl";

/** The first of parallel calls carries the signature, and none has an id here. */
const toPart = (use: ToolUse, place: number): Fields => ({
  functionCall: { name: use.name, args: toJson(use) },
  ...(place === 0 && { thoughtSignature: SIGNATURE }),
});

const signed = (calls: readonly ToolUse[]): Fields[] =>
  openAiCalls(calls).map((call, place) => ({
    ...call,
    ...(place === 0 && { extra_content: { google: { thought_signature: SIGNATURE } } }),
  }));

const config = { maxOutputTokens: LIMIT };
const body = {
  systemInstruction: geminiSystem,
  contents: [geminiUser],
  generationConfig: config,
};
const access = { authorization: "Bearer ya29.token" };

const call = (city: string) => ({ functionCall: { name: "look", args: { city } } });
const result = (output: string) => ({
  functionResponse: { name: "look", response: { output } },
});

export const vertexGemini: Driver = {
  ...gemini,
  name: "vertex-gemini",
  env: vertexEnv,
  model: MODEL,
  price: { input: 2_000_000, cacheRead: 200_000, output: 12_000_000 },
  path: {
    whole: `${PATH}:generateContent`,
    stream: `${PATH}:streamGenerateContent?alt=sse`,
  },
  headers: {
    whole: { ...access, accept: "application/json" },
    stream: { ...access, accept: "text/event-stream" },
  },
  whole: (answer) => geminiWhole(answer, toPart),
  stream: (answer) => geminiStream(answer, toPart),
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
        { role: "model", parts: [{ ...call("Rome"), thoughtSignature: SIGNATURE }, call("Oslo")] },
        { role: "user", parts: [result("sunny"), result("rain")] },
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
    reasoning: {
      ...body,
      generationConfig: {
        maxOutputTokens: REASONING_LIMIT,
        thinkingConfig: { thinkingLevel: "high", includeThoughts: true },
      },
    },
  },
  clientCalls: (calls) =>
    signed(calls).map((one) => ({ ...one, id: expect.stringMatching(/^call_\w+$/) })),
  historyCalls: signed,
};
