// Tools, tool choices and structured answers, by what each maker's models take.
import { describe, expect, test } from "bun:test";
import { build, CLAUDE, CLAUDE_NEW, LLAMA, MISTRAL, NOVA, tool, toolCall } from "./support.ts";

const spec = (name: string) => ({
  toolSpec: { name, description: `Does ${name}.`, inputSchema: { json: { type: "object" } } },
});
const named = (name: string) => ({ type: "function", function: { name } });
const two = [tool("f"), tool("g")];
const both = [spec("f"), spec("g")];
const CALL_ONE = "Call at least one tool before you answer in text.";

// The choice, the model; then the tools, Converse's choice and the words for what it cannot say.
const choices: [unknown, string, object[], object | undefined, string | undefined][] = [
  [undefined, CLAUDE, both, undefined, undefined],
  ["auto", CLAUDE, both, undefined, undefined],
  ["required", CLAUDE, both, { any: {} }, undefined],
  ["required", CLAUDE_NEW, both, undefined, CALL_ONE],
  ["required", NOVA, both, { any: {} }, undefined],
  ["required", MISTRAL, both, { any: {} }, undefined],
  ["required", LLAMA, both, undefined, CALL_ONE],
  [named("g"), CLAUDE, both, { tool: { name: "g" } }, undefined],
  [named("g"), MISTRAL, [spec("g")], { any: {} }, undefined],
  [named("g"), LLAMA, [spec("g")], undefined, 'Call the tool "g" now.'],
  [
    { type: "allowed_tools", allowed_tools: { mode: "required", tools: [named("g")] } },
    CLAUDE,
    [spec("g")],
    { any: {} },
    undefined,
  ],
];

test.each(choices)("choice %j of %s", async (choice, model, tools, toolChoice, words) => {
  const fields = choice === undefined ? {} : { tool_choice: choice };
  const { body } = await build({ tools: two, ...fields }, model);
  const expected = toolChoice === undefined ? { tools } : { tools, toolChoice };
  expect(body.toolConfig).toEqual(expected as never);
  expect(body.system).toEqual(words === undefined ? undefined : [{ text: words }]);
  expect(body.additionalModelRequestFields).toBeUndefined();
});

test("a tool's parts", async () => {
  const closed = {
    type: "object",
    properties: { a: { type: "string" } },
    required: ["a"],
    additionalProperties: false,
  };
  const tools = [
    { type: "function", function: { name: "bare", description: " " } },
    tool("typeless", { parameters: { properties: { a: {} } }, strict: true }),
    tool("strict", { parameters: closed, strict: true }),
  ];
  const { body } = await build({ tools });
  const json = { type: "object", properties: {} };
  expect(body.toolConfig?.tools).toEqual([
    { toolSpec: { name: "bare", inputSchema: { json } } },
    {
      toolSpec: {
        name: "typeless",
        description: "Does typeless.",
        strict: true,
        inputSchema: {
          json: { type: "object", properties: { a: {} }, additionalProperties: false },
        },
      },
    },
    {
      toolSpec: {
        name: "strict",
        description: "Does strict.",
        strict: true,
        inputSchema: { json: closed },
      },
    },
  ]);
});

test.each([
  ["auto", { type: "auto" }],
  ["required", { type: "any" }],
  [named("g"), { type: "tool", name: "g" }],
])("one call at a time, choice %j, is Claude's own field", async (choice, given) => {
  const request = { tools: two, tool_choice: choice, parallel_tool_calls: false };
  const { body } = await build(request);
  expect(body.toolConfig).toEqual({ tools: both } as never);
  expect(body.additionalModelRequestFields).toEqual({
    tool_choice: { ...given, disable_parallel_tool_use: true },
  });
  const other = await build({ ...request, tool_choice: "auto" }, NOVA);
  expect(other.body.additionalModelRequestFields).toBeUndefined();
});

describe("no tools", () => {
  const messages = [
    { role: "user", content: "go" },
    { role: "assistant", tool_calls: [toolCall("a", "f", "{}")] },
    { role: "tool", tool_call_id: "a", content: "1" },
  ];
  const words = [{ text: "Do not call any tool now: answer in text." }];

  test("none without a history sends none", async () => {
    const { body } = await build({ tools: two, tool_choice: "none" });
    expect([body.toolConfig, body.system]).toEqual([undefined, undefined]);
  });

  test("none with a history sends them with a word", async () => {
    const { body } = await build({ messages, tools: two, tool_choice: "none" });
    expect([body.toolConfig, body.system]).toEqual([{ tools: both }, words] as never);
  });

  test("a history without tools gets the names that it has", async () => {
    const { body } = await build({ messages });
    const json = { type: "object", properties: {} };
    const description = "No longer available.";
    const tools = [{ toolSpec: { name: "f", description, inputSchema: { json } } }];
    expect([body.toolConfig, body.system]).toEqual([{ tools }, words]);
  });
});

describe("structured answers", () => {
  const schema = {
    type: "object",
    properties: { a: { type: "string" } },
    required: ["a"],
    additionalProperties: false,
  };
  const open = { type: "object", additionalProperties: { type: "integer", minimum: 1 } };
  const format = (it: object, extra: object = {}) => ({
    response_format: { type: "json_schema", json_schema: { name: "thing", schema: it, ...extra } },
  });
  const answerTool = (it: object, name = "json") => ({
    toolSpec: {
      name,
      description: "Give the final answer as JSON.",
      inputSchema: { json: it },
    },
  });

  test("natively where the model and the schema allow it", async () => {
    const qwen = "qwen.qwen3-32b-v1:0";
    for (const model of [CLAUDE, qwen, "openai.gpt-oss-20b-1:0"]) {
      const { body, answerTool: name } = await build(format(schema, { description: "d" }), model);
      const { type, structure } = body.outputConfig?.textFormat ?? {};
      const { schema: text = "", ...rest } = structure?.jsonSchema ?? {};
      expect([type, rest]).toEqual(["json_schema", { name: "thing", description: "d" }]);
      expect(JSON.parse(text)).toEqual(schema);
      expect([body.toolConfig, body.system, name]).toEqual([undefined, undefined, null]);
    }
  });

  test("by a tool for other schemas and models", async () => {
    for (const [model, it] of [
      [CLAUDE, open],
      ["anthropic.claude-opus-5", schema],
      [NOVA, schema],
    ] as const) {
      const { body, answerTool: name } = await build(format(it), model);
      expect(body.toolConfig).toEqual({
        tools: [answerTool(it)],
        toolChoice: { any: {} },
      } as never);
      expect([body.outputConfig, name]).toEqual([undefined, "json"]);
    }
  });

  test("beside the caller's tools any one of them must be called", async () => {
    const tools = [tool("json")];
    const both = [spec("json"), answerTool(open, "json_2")];
    const { body, answerTool: name } = await build({ ...format(open), tools });
    expect(name).toBe("json_2");
    expect(body.toolConfig).toEqual({ tools: both } as never);
    expect(body.additionalModelRequestFields?.tool_choice).toEqual({
      type: "any",
      disable_parallel_tool_use: true,
    });
    const nova = await build({ ...format(open), tools }, NOVA);
    expect(nova.body.toolConfig).toEqual({ tools: both, toolChoice: { any: {} } } as never);
  });

  test("a call that is demanded comes first", async () => {
    const { body, answerTool: name } = await build({
      ...format(open),
      tools: two,
      tool_choice: "required",
    });
    expect([body.toolConfig, name]).toEqual([
      { tools: both, toolChoice: { any: {} } },
      null,
    ] as never);
  });

  test("asked for where the model cannot be forced, and before thinking where it can", async () => {
    const asked = await build(format(open), CLAUDE_NEW);
    expect(asked.body.system).toEqual([
      { text: 'Give your final answer only by calling the tool "json".' },
    ]);
    expect(asked.body.toolConfig).toEqual({ tools: [answerTool(open)] } as never);
    const effort = { reasoning_effort: "low" };
    const forced = await build({ ...format(open), ...effort }, CLAUDE, { maxOutputTokens: 10_000 });
    expect(forced.body.toolConfig?.toolChoice).toEqual({ any: {} });
    expect(forced.body.additionalModelRequestFields).toBeUndefined();
    expect(forced.ignored).toEqual(["reasoning_effort"]);
  });

  test.each([
    [LLAMA, open],
    [MISTRAL, { type: "array" }],
    [CLAUDE_NEW, { anyOf: [{ type: "string" }, open] }],
  ])("by words where nothing else is left: %s", async (model, it) => {
    const { body } = await build(format(it), model);
    expect(body.system).toEqual([
      {
        text:
          "Respond with nothing but JSON, without a code fence, that fits this JSON schema:\n" +
          JSON.stringify(it),
      },
    ]);
    expect([body.toolConfig, body.outputConfig]).toEqual([undefined, undefined]);
  });

  test("any JSON object is asked for in words", async () => {
    const { body } = await build({ response_format: { type: "json_object" } });
    const words = "Respond with one valid JSON object and with nothing else";
    expect(body.system).toEqual([{ text: expect.stringContaining(words) }] as never);
    const plain = await build({ response_format: { type: "text" } });
    expect(plain.body.system).toBeUndefined();
  });
});
