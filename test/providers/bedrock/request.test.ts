// Chat requests as Converse's bodies: settings, reasoning, and what is refused.
import { describe, expect, test } from "bun:test";
import { build, CLAUDE, CLAUDE_NEW, LLAMA, MISTRAL, NOVA, tool } from "./support.ts";

const hello = [{ role: "user", content: [{ text: "hello" }] }];
const GPT = "global.openai.gpt-5.6-sol";
const GPT_OSS = "openai.gpt-oss-120b-1:0";
const NOVA_2 = "global.amazon.nova-2-lite-v1:0";
const OPUS_46 = "eu.anthropic.claude-opus-4-6-v1:0";
const SONNET_55 = "anthropic.claude-sonnet-5-5";
const settings = { temperature: 1.5, top_p: 0.5, stop: ["END", " "] };

/** Models that think unasked are asked to say how much. */
const counted = { additionalModelResponseFieldPaths: ["/usage/output_tokens_details"] };

// The model, the request's fields, and the body beside its messages.
const cases: [string, string, Record<string, unknown>, object][] = [
  ["nothing but the limit", CLAUDE, {}, { inferenceConfig: { maxTokens: 100 } }],
  [
    "settings, Claude's temperature without top_p",
    CLAUDE,
    settings,
    { inferenceConfig: { maxTokens: 100, temperature: 1, stopSequences: ["END"] } },
  ],
  [
    "settings of others",
    LLAMA,
    { ...settings, stop: "END" },
    { inferenceConfig: { maxTokens: 100, temperature: 1, topP: 0.5, stopSequences: ["END"] } },
  ],
  [
    "no sampling for newer Claude models",
    CLAUDE_NEW,
    settings,
    { inferenceConfig: { maxTokens: 100, stopSequences: ["END"] }, ...counted },
  ],
  ["OpenAI's models take none of it", GPT, settings, { inferenceConfig: { maxTokens: 100 } }],
  [
    "gpt-oss takes sampling",
    GPT_OSS,
    settings,
    { inferenceConfig: { maxTokens: 100, temperature: 1, topP: 0.5 } },
  ],
  [
    "fields that only tune are dropped",
    CLAUDE,
    { seed: 1, user: "u", presence_penalty: 1, logit_bias: {}, metadata: {}, top_k: 3, n: 1 },
    { inferenceConfig: { maxTokens: 100 }, additionalModelRequestFields: { top_k: 3 } },
  ],
  [
    "service tier",
    NOVA,
    { service_tier: "priority" },
    { inferenceConfig: { maxTokens: 100 }, serviceTier: { type: "priority" } },
  ],
  ["the usual tier", NOVA, { service_tier: "auto" }, { inferenceConfig: { maxTokens: 100 } }],
];

test.each(cases)("%s", async (_name, model, fields, expected) => {
  const { body, answerTool } = await build(fields, model);
  expect(body).toEqual({ messages: hello, ...expected } as typeof body);
  expect(answerTool).toBeNull();
});

test("no limit is sent where none is to be", async () => {
  const { body } = await build({}, CLAUDE, { maxOutputTokens: null });
  expect(body).toEqual({ messages: [{ role: "user", content: [{ text: "hello" }] }] });
});

describe("reasoning effort", () => {
  const adaptive = (effort: string) => ({
    thinking: { type: "adaptive", display: "summarized" },
    output_config: { effort },
  });
  const rows: [string, string, unknown][] = [
    [CLAUDE, "none", { thinking: { type: "disabled" } }],
    [CLAUDE, "low", { thinking: { type: "enabled", budget_tokens: 2_000 } }],
    [CLAUDE, "high", { thinking: { type: "enabled", budget_tokens: 8_000 } }],
    [OPUS_46, "xhigh", adaptive("high")],
    [OPUS_46, "none", { thinking: { type: "disabled" } }],
    [CLAUDE_NEW, "medium", adaptive("medium")],
    [CLAUDE_NEW, "max", adaptive("max")],
    [CLAUDE_NEW, "none", { output_config: { effort: "low" } }],
    [SONNET_55, "none", { thinking: { type: "between_tools" } }],
    ["anthropic.claude-3-haiku-20240307-v1:0", "high", undefined],
    [GPT_OSS, "minimal", { reasoning_effort: "low" }],
    [GPT, "xhigh", { reasoning: { effort: "xhigh" } }],
    [NOVA_2, "high", { reasoningConfig: { type: "enabled", maxReasoningEffort: "medium" } }],
    [NOVA_2, "none", { reasoningConfig: { type: "disabled" } }],
    [LLAMA, "high", undefined],
  ];
  test.each(rows)("%s, %s", async (model, effort, fields) => {
    const { body } = await build({ reasoning_effort: effort }, model, { maxOutputTokens: 10_000 });
    expect(body.additionalModelRequestFields).toEqual(fields as never);
    expect(body.inferenceConfig?.maxTokens).toBe(10_000);
  });

  test("a budget stays within the limit that was paid for, or there is none", async () => {
    const budgetAt = async (maxOutputTokens: number) => {
      const { body } = await build({ reasoning_effort: "max" }, CLAUDE, { maxOutputTokens });
      expect(body.inferenceConfig).toEqual({ maxTokens: maxOutputTokens });
      return body.additionalModelRequestFields?.thinking;
    };
    expect(await budgetAt(1_535)).toBeUndefined();
    expect(await budgetAt(1_536)).toEqual({ type: "enabled", budget_tokens: 1_024 });
    expect(await budgetAt(2_000)).toEqual({ type: "enabled", budget_tokens: 1_488 });
  });

  test("no sampling while it thinks, and no budget in mid of a tool loop", async () => {
    const thinking = { reasoning_effort: "low", temperature: 0, top_p: 1 };
    const limit = { maxOutputTokens: 10_000 };
    const { body } = await build(thinking, CLAUDE, limit);
    expect(body.inferenceConfig).toEqual({ maxTokens: 10_000 });
    const call = { id: "t1", type: "function", function: { name: "f", arguments: "{}" } };
    const messages = [
      { role: "user", content: "hi" },
      { role: "assistant", content: null, tool_calls: [call] },
      { role: "tool", tool_call_id: "t1", content: "done" },
    ];
    const loop = await build({ reasoning_effort: "low", messages }, CLAUDE, limit);
    expect(loop.body.additionalModelRequestFields).toBeUndefined();
  });
});

test.each([
  [CLAUDE, "low", true],
  [CLAUDE, undefined, false],
  [CLAUDE, "none", false],
  [CLAUDE_NEW, undefined, true],
  [NOVA_2, "low", false],
])("%s with effort %p is asked for the count of its thinking: %p", async (model, effort, asks) => {
  const request = effort === undefined ? {} : { reasoning_effort: effort };
  const { body } = await build(request, model, { maxOutputTokens: 10_000 });
  expect(body.additionalModelResponseFieldPaths !== undefined).toBe(asks);
});

test.each([
  [CLAUDE, { seed: 1, top_k: 3, temperature: 1, top_p: 1 }, ["seed", "top_p"]],
  [CLAUDE_NEW, { temperature: 1 }, ["temperature"]],
  [NOVA, { top_k: 3, reasoning_effort: "low" }, ["top_k", "reasoning_effort"]],
  [NOVA, { reasoning_effort: "none" }, []],
  [LLAMA, { parallel_tool_calls: false, tools: [tool("f")] }, ["parallel_tool_calls"]],
  [CLAUDE, { parallel_tool_calls: false, tools: [tool("f")] }, []],
  [GPT, { stop: "END" }, ["stop"]],
  [GPT_OSS, { reasoning_effort: "none" }, ["reasoning_effort"]],
  [NOVA, { temperature: 1.5 }, ["temperature"]],
  [LLAMA, { service_tier: "scale" }, ["service_tier"]],
])("%s ignores of %j: %j", async (model, request, fields) => {
  expect((await build(request, model)).ignored).toEqual(fields);
});

test("the operator's fields go to the model, but never an output limit", async () => {
  const fields = { top_k: 3, max_gen_len: 9, inferenceConfig: { maxTokens: 9 }, num_results: 4 };
  const all = await build({ ...fields, max_tokens: 9, logit_bias: { 5: 1 } }, MISTRAL, {
    passFields: true,
  });
  expect(all.body.additionalModelRequestFields).toEqual({ top_k: 3 });
  expect(all.ignored).toEqual(["max_gen_len", "inferenceConfig", "num_results", "logit_bias"]);
  const named = await build(fields, MISTRAL, { passFields: ["max_gen_len"] });
  expect(named.body.additionalModelRequestFields).toBeUndefined();
});

test.each([
  [{ n: 2 }, "n"],
  [{ logprobs: true }, "logprobs"],
  [{ modalities: ["text", "audio"] }, "modalities"],
  [{ audio: { format: "wav", voice: "a" } }, "audio"],
  [{ web_search_options: {} }, "web_search_options"],
  [{ functions: [{ name: "f" }] }, "functions"],
  [{ function_call: { name: "f" } }, "function_call"],
  [{ tools: [{ type: "custom", custom: { name: "c" } }] }, "tools[0].type"],
  [{ tool_choice: "required" }, "tool_choice"],
  [{ tool_choice: { type: "function", function: { name: "f" } } }, "tool_choice"],
  [{ tool_choice: { type: "custom", custom: { name: "f" } } }, "tool_choice.type"],
])("%j is refused", async (fields, param) => {
  await expect(build(fields)).rejects.toMatchObject({ status: 400, param });
});
