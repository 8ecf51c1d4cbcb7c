// Claude is one model: the same request to Anthropic, Vertex and Bedrock asks for the same, in each one's words.
import { describe, expect, test } from "bun:test";
import { parseExactJson } from "../../../src/base/exact-json.ts";
import { buildRequest as buildMessages } from "../../../src/providers/anthropic/request.ts";
import { parseMessage } from "../../../src/providers/anthropic/response.ts";
import { buildRequest as buildConverse } from "../../../src/providers/bedrock/request.ts";
import { parseConverse } from "../../../src/providers/bedrock/response.ts";
import {
  ANTHROPIC_FEATURES,
  bedrockFeatures,
  VERTEX_FEATURES,
} from "../../../src/providers/claude/platform.ts";
import type { UpstreamCall } from "../../../src/providers/protocol.ts";
import { callOf } from "../support.ts";

type Fields = Record<string, unknown>;

const GIVEN = { maxOutputTokens: 10_000 };
const bedrockId = (model: string) => `us.anthropic.${model}-v1:0`;

/** What is asked for, told without the words of either: only what both can say. */
interface Asked {
  system: string[];
  turns: unknown;
  tools: unknown;
  choice: unknown;
  thinking: unknown;
  schema: unknown;
  sampling: unknown;
  stop: unknown;
}

/** The outcome of a request: what is asked for and ignored, or the refusal's field. */
type Outcome = (Asked & { ignored: string[]; answerTool: string | null }) | { refused: unknown };

function outcome(run: () => Outcome): Outcome {
  try {
    return run();
  } catch (error) {
    const { status, param } = error as { status: number; param: string };
    return { refused: [status, param] };
  }
}

const text = (value: unknown): string =>
  typeof value === "string" ? value : JSON.stringify(value);

function ofMessages(call: UpstreamCall, features = ANTHROPIC_FEATURES): Outcome {
  return outcome(() => {
    const { body, ignored, answerTool } = buildMessages(call, { stream: false, features });
    const { system = [], messages, tools = [], tool_choice: choice, ...rest } = body;
    const { disable_parallel_tool_use: _single, ...kind }: Fields = { type: "auto", ...choice };
    return {
      system: typeof system === "string" ? [system] : system.map((block) => block.text),
      turns: messages.map(({ role, content }) => [role, content.map(blockOf)]),
      tools: tools.map((tool) => [
        tool.name,
        tool.description,
        tool.strict === true,
        tool.input_schema,
      ]),
      choice: kind,
      thinking: [rest.thinking, rest.output_config?.effort],
      schema: rest.output_config?.format?.schema,
      sampling: [rest.temperature, rest.top_p, rest.top_k],
      stop: rest.stop_sequences,
      ignored,
      answerTool,
    };
  });
}

function blockOf(given: object): unknown {
  const block: Fields = { ...given };
  switch (block.type) {
    case "text":
      return block.text;
    case "tool_use":
      return { call: block.id, name: block.name, input: text(block.input) };
    case "tool_result": {
      const content = block.content ?? "(no output)";
      const parts = Array.isArray(content) ? content.map(blockOf) : [content];
      return { result: block.tool_use_id, parts };
    }
    default:
      return (block.source as Fields).data;
  }
}

function ofConverse(call: UpstreamCall): Outcome {
  return outcome(() => {
    const model = bedrockId(call.upstreamModel);
    const { body, ignored, answerTool } = buildConverse(
      { ...call, upstreamModel: model },
      { passFields: undefined },
    );
    const fields: Fields = body.additionalModelRequestFields ?? {};
    const { disable_parallel_tool_use: _single, ...own } = (fields.tool_choice ?? {}) as Fields;
    const choice = body.toolConfig?.toolChoice ?? { auto: {} };
    const [[type = "", more = {}] = []] = Object.entries(choice);
    const effort = (fields.output_config ?? {}) as Fields;
    const schema = body.outputConfig?.textFormat.structure.jsonSchema.schema;
    return {
      system: (body.system ?? []).flatMap((block) => ("text" in block ? [block.text] : [])),
      turns: body.messages.map(({ role, content }) => [role, content.flatMap(converseBlockOf)]),
      tools: (body.toolConfig?.tools ?? []).flatMap((tool) =>
        "toolSpec" in tool
          ? [
              [
                tool.toolSpec.name,
                tool.toolSpec.description,
                tool.toolSpec.strict === true,
                tool.toolSpec.inputSchema.json,
              ],
            ]
          : [],
      ),
      choice: "type" in own ? own : { type, ...more },
      thinking: [fields.thinking, effort.effort],
      schema: schema === undefined ? undefined : JSON.parse(schema),
      sampling: [body.inferenceConfig?.temperature, body.inferenceConfig?.topP, fields.top_k],
      stop: body.inferenceConfig?.stopSequences,
      ignored,
      answerTool,
    };
  });
}

function converseBlockOf(block: object): unknown[] {
  const it = block as Record<string, Fields & string>;
  if (it.text !== undefined) return [it.text];
  if (it.toolUse !== undefined) {
    const { toolUseId, name, input } = it.toolUse;
    return [{ call: toolUseId, name, input: text(input) }];
  }
  if (it.toolResult !== undefined) {
    const parts = (it.toolResult.content as object[]).flatMap(converseBlockOf);
    return [{ result: it.toolResult.toolUseId, parts }];
  }
  const media = it.image ?? it.document;
  return media === undefined ? [] : [(media.source as Fields).bytes];
}

const user = (content: unknown) => ({ role: "user", content });
const tool = (name: string, parameters: object = {}, extra: object = {}) => ({
  type: "function",
  function: { name, parameters, ...extra },
});
const call = (id: string, name: string, args: string) => ({
  id,
  type: "function",
  function: { name, arguments: args },
});
const asks = (...calls: object[]) => ({ role: "assistant", content: null, tool_calls: calls });
const result = (id: string, content: unknown = "ok") => ({
  role: "tool",
  tool_call_id: id,
  content,
});
const PNG = { type: "image_url", image_url: { url: "data:image/jpg;base64,aGk=" } };
const PDF = { type: "file", file: { file_data: "data:application/pdf;base64,aGk=" } };
const closed = {
  type: "object",
  properties: { a: { type: "integer", minimum: 1 }, b: { $ref: "#/$defs/B" } },
  required: ["a", "b"],
  $defs: { B: { type: "string" } },
};
const open = { type: "object", additionalProperties: { type: "integer" } };
const union = { anyOf: [{ type: "object", properties: { a: {} } }, { type: "object" }] };
const format = (schema: object) => ({
  response_format: { type: "json_schema", json_schema: { name: "x", schema } },
});
const named = (name: string) => ({ type: "function", function: { name } });
const tools = [tool("f"), tool("g")];

const requests: Record<string, Fields> = {
  "a plain one": {},
  "system messages, early and late": {
    messages: [
      { role: "developer", content: "a" },
      user("q"),
      { role: "assistant", content: "x" },
      { role: "system", content: "b" },
      user("r"),
    ],
  },
  "system messages alone": { messages: [{ role: "system", content: "a" }] },
  "a greeting first, a prefill last": {
    messages: [
      { role: "assistant", content: "hi" },
      user("q"),
      { role: "assistant", content: "So \n" },
    ],
  },
  "a call, its result late": {
    messages: [user("q"), asks(call("a.b:1", "f", '{"x":1}')), user("and"), result("a.b:1")],
    tools,
  },
  "an id of 92 characters": {
    messages: [user("q"), asks(call("c".repeat(92), "f", "{}")), result("c".repeat(92))],
    tools,
  },
  "two calls under one id": {
    messages: [
      user("q"),
      asks(call("c", "f", "{}"), call("c", "g", "{}")),
      result("c", "1"),
      result("c", "2"),
    ],
    tools,
  },
  "an integer of 19 digits": {
    messages: [user("q"), asks(call("c", "f", '{"id":2512292042121000001}')), result("c")],
    tools,
  },
  "broken arguments": { messages: [user("q"), asks(call("c", "f", "{")), result("c", "")], tools },
  "images in results": {
    messages: [user("q"), asks(call("c", "f", "{}")), result("c", [PNG])],
    tools,
  },
  "an image": { messages: [user([PNG, { type: "text", text: "what?" }])] },
  "a document": { messages: [user([PDF, { type: "text", text: "what?" }])] },
  "a result without a call": { messages: [user("q"), result("c")] },
  "a call without a result": { messages: [user("q"), asks(call("c", "f", "{}")), user("r")] },
  "an empty last message": { messages: [user("q"), { role: "assistant", content: "a" }, user("")] },
  "the old functions": { functions: [{ name: "f" }] },
  "no functions": { functions: [], function_call: "none" },
  "two answers": { n: 2 },
  "sound as an answer": { modalities: ["text", "audio"] },
  "log probabilities": { logprobs: true },
  sampling: { temperature: 1.5, top_p: 0.5, top_k: 5, seed: 1, stop: ["a", " "] },
  tools: { tools },
  "a forced call": { tools, tool_choice: "required" },
  "a named call": { tools, tool_choice: named("g") },
  "a call of one of some": {
    tools,
    tool_choice: {
      type: "allowed_tools",
      allowed_tools: { mode: "required", tools: [named("g")] },
    },
  },
  "a name that is none": { tools, tool_choice: named("h") },
  "a tool of a union": { tools: [tool("f", union)] },
  "a tool of no object": { tools: [tool("f", { type: "array" })] },
  "a strict tool": { tools: [tool("f", closed, { strict: true })] },
  "a schema": format(closed),
  "a schema of any keys": format(open),
  "a schema of a union": format(union),
  "a schema of a list": format({ type: "array", items: {} }),
  "a schema beside tools": { ...format(open), tools },
  "a schema and a forced call": { ...format(open), tools, tool_choice: "required" },
  "any JSON": { response_format: { type: "json_object" } },
  ...Object.fromEntries(
    ["none", "minimal", "low", "medium", "high", "xhigh", "max"].map((effort) => [
      `effort ${effort}`,
      { reasoning_effort: effort },
    ]),
  ),
  "effort and a forced call": { reasoning_effort: "high", tools, tool_choice: "required" },
  "effort and a schema by tool": { reasoning_effort: "high", ...format(open) },
  "effort after a call": {
    reasoning_effort: "high",
    messages: [user("q"), asks(call("c", "f", "{}")), result("c")],
    tools,
  },
};

describe.each(["claude-sonnet-4-5-20250929", "claude-opus-4-6", "claude-3-haiku-20240307"])(
  "%s",
  (model) => {
    test.each(Object.entries(requests))("%s", (_, request) => {
      const given = callOf(request, { ...GIVEN, upstreamModel: model });
      const asked = ofMessages(given);
      expect(ofConverse(given)).toEqual(asked);
      // Vertex has no structured output: there Claude is what it is without.
      const vertex = ofMessages(given, VERTEX_FEATURES);
      const plain = ofMessages(given, { ...ANTHROPIC_FEATURES, nativeJson: false });
      expect(vertex).toEqual(plain);
    });
  },
);

test("newer models differ on Bedrock by what it does not have for them alone", () => {
  for (const model of ["claude-opus-5", "claude-opus-5-5", "claude-sonnet-5-5"]) {
    const features = { ...ANTHROPIC_FEATURES, ...bedrockFeatures(bedrockId(model)) };
    for (const [name, request] of Object.entries(requests)) {
      const given = callOf(request, { ...GIVEN, upstreamModel: model });
      expect([model, name, ofConverse(given)]).toEqual([model, name, ofMessages(given, features)]);
    }
  }
});

describe("integers beyond 2^53", () => {
  const LONG = "2512292042121000001";
  const request = parseExactJson(
    JSON.stringify({
      messages: [user("q"), asks(call("c", "f", `{"id":${LONG}}`)), result("c")],
      tools: [tool("f", { type: "object", properties: { id: { maximum: "BOUND" } } })],
    }).replace('"BOUND"', "9223372036854775807"),
  ) as Fields;

  test("in histories and schemas", () => {
    const given = callOf(request, { ...GIVEN, upstreamModel: "claude-sonnet-4-5" });
    const bodies = [
      buildMessages(given, { stream: false, features: ANTHROPIC_FEATURES }).body,
      buildConverse(
        { ...given, upstreamModel: bedrockId("claude-sonnet-4-5") },
        { passFields: undefined },
      ).body,
    ].map((body) => JSON.stringify(body));
    for (const body of bodies) {
      expect(body).toContain(`"input":{"id":${LONG}}`);
      expect(body).toContain('"maximum":9223372036854775807');
    }
  });

  test("in strict schemas they are told to the digit", () => {
    const [first] = (request as { tools: { function: Fields }[] }).tools;
    const strict = {
      ...request,
      tools: [{ ...first, function: { ...first?.function, strict: true } }],
    };
    const given = callOf(strict, { ...GIVEN, upstreamModel: "claude-sonnet-4-5" });
    const { body } = buildMessages(given, { stream: false, features: ANTHROPIC_FEATURES });
    expect(JSON.stringify(body.tools)).toContain("maximum: 9223372036854775807.");
  });

  test("in whole answers", () => {
    const message = `{"content":[{"type":"tool_use","id":"t","name":"f","input":{"id":${LONG}}}],"stop_reason":"tool_use"}`;
    const converse = `{"output":{"message":{"content":[{"toolUse":{"toolUseId":"t","name":"f","input":{"id":${LONG}}}}]}},"stopReason":"tool_use"}`;
    for (const { completion } of [
      parseMessage(message, "m", null),
      parseConverse(converse, "m", null),
      parseMessage(message.replace('"f"', '"json"'), "m", "json"),
    ]) {
      const [choice] = completion.choices;
      const [made] = choice?.message.tool_calls ?? [];
      const said = made?.type === "function" ? made.function.arguments : choice?.message.content;
      expect(said).toBe(`{"id":${LONG}}`);
    }
  });
});
