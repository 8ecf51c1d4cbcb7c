// What a model lacks, or what has no known price, is refused before any hold, by name.
import { describe, expect, test } from "bun:test";
import type { ChatRequest } from "../../src/base/chat.ts";
import { ApiError } from "../../src/base/errors.ts";
import type { Deployment } from "../../src/catalog/types.ts";
import {
  checkCapabilities,
  checkPriced,
} from "../../src/http/endpoints/chat-completions/capabilities.ts";

const nothing: Deployment = {
  modelId: "plain",
  providerId: "p",
  upstreamModel: "plain",
  facts: {
    contextWindow: 1000,
    maxOutputTokens: 100,
    imageTokensMax: 100,
    capabilities: {
      tools: false,
      structuredOutput: false,
      jsonMode: false,
      vision: false,
      audioInput: false,
      audioOutput: false,
      files: false,
      reasoning: false,
    },
  },
  prices: [],
  markupBasisPoints: 0,
};
const all = {
  ...nothing.facts.capabilities,
  ...Object.fromEntries(Object.keys(nothing.facts.capabilities).map((name) => [name, true])),
};
const everything = { ...nothing, facts: { ...nothing.facts, capabilities: all } };

const request = (more: object): ChatRequest => ({
  model: "plain",
  messages: [{ role: "user", content: "x" }],
  ...more,
});
const withPart = (part: object) => ({
  messages: [
    { role: "system", content: "s" },
    { role: "user", content: [{ type: "text", text: "t" }, part] },
  ],
});
const failure = (act: () => void): ApiError => {
  try {
    act();
  } catch (error) {
    if (error instanceof ApiError) return error;
  }
  throw new Error("it was not refused");
};

describe("a model without the capability", () => {
  test.each([
    [{ tools: [{ type: "function", function: { name: "f" } }] }, "tools"],
    [{ functions: [{ name: "f" }] }, "functions"],
    [{ response_format: { type: "json_schema", json_schema: { name: "n" } } }, "response_format"],
    [{ response_format: { type: "json_object" } }, "response_format"],
    [{ modalities: ["text", "audio"] }, "modalities"],
    [{ reasoning_effort: "low" }, "reasoning_effort"],
    [withPart({ type: "image_url", image_url: { url: "https://x/y" } }), "messages[1].content[1]"],
    [withPart({ type: "input_audio", input_audio: {} }), "messages[1].content[1]"],
    [withPart({ type: "file", file: {} }), "messages[1].content[1]"],
  ])("refuses %j, naming %s", (more, param) => {
    const error = failure(() => checkCapabilities(request(more), nothing));
    expect(error).toMatchObject({ status: 400, param, code: "unsupported_parameter" });
    expect(error.message).toContain("'plain' does not support");
    expect(() => checkCapabilities(request(more), everything)).not.toThrow();
  });

  test.each([
    {},
    { tools: [] },
    { response_format: { type: "text" } },
    { modalities: ["text"] },
    { reasoning_effort: "none" },
  ])("takes %j", (more) => {
    expect(() => checkCapabilities(request(more), nothing)).not.toThrow();
  });
});

describe("a feature without a known price", () => {
  test.each([
    [{ web_search_options: {} }, "web_search_options"],
    [{ service_tier: "priority" }, "service_tier"],
    [{ service_tier: "flex" }, "service_tier"],
  ])("%j is refused", (more, param) => {
    expect(failure(() => checkPriced(request(more)))).toMatchObject({ status: 400, param });
  });

  test.each([{}, { service_tier: "auto" }, { service_tier: "default" }])("%j is fine", (more) => {
    expect(() => checkPriced(request(more))).not.toThrow();
  });
});
