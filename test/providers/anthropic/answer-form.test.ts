// The form of an answer: schemas, natively or by a tool, and JSON by instruction.
import { expect, test } from "bun:test";
import { buildRequest } from "../../../src/providers/anthropic/request.ts";
import { ANTHROPIC_FEATURES } from "../../../src/providers/claude/platform.ts";
import { bodyOf, claudeCall, extrasOf, functionTool } from "./support.ts";

const SCHEMA = {
  type: "object",
  properties: { city: { type: "string" } },
  required: ["city"],
  additionalProperties: false,
};
const schemaFormat = (schema: object = SCHEMA) => ({
  response_format: { type: "json_schema", json_schema: { name: "place", schema, strict: true } },
});

test("a schema is held natively", () => {
  expect(extrasOf(schemaFormat())).toEqual({
    output_config: { format: { type: "json_schema", schema: SCHEMA } },
  });
  expect(extrasOf({ ...schemaFormat(), reasoning_effort: "low" }).output_config).toEqual({
    effort: "low",
    format: { type: "json_schema", schema: SCHEMA },
  });
});

const open = { type: "object", additionalProperties: { type: "number" } };
const answerTool = (name: string, schema: object) => ({
  name,
  description: "Give the final answer as JSON.",
  input_schema: schema,
});

test("or by a forced tool, on older models, platforms and for schemas that do not fit", () => {
  const forced = { type: "any", disable_parallel_tool_use: true };
  expect(extrasOf(schemaFormat(), "claude-sonnet-4-20250514")).toEqual({
    tools: [answerTool("json", SCHEMA)],
    tool_choice: forced,
  });
  expect(extrasOf(schemaFormat(open))).toEqual({
    tools: [answerTool("json", open)],
    tool_choice: forced,
  });
  const { body, answerTool: name } = buildRequest(claudeCall(schemaFormat()), {
    stream: false,
    features: { ...ANTHROPIC_FEATURES, nativeJson: false, systemTurns: false },
  });
  expect([body.tools?.length, body.output_config, name]).toEqual([1, undefined, "json"]);
});

test("beside the client's tools, as far as its choice allows them", () => {
  const tools = [functionTool("json"), functionTool("look")];
  const names = (choice: unknown) =>
    bodyOf(claudeCall({ ...schemaFormat(open), tools, tool_choice: choice })).tools?.map(
      ({ name }) => name,
    );
  expect(names(undefined)).toEqual(["json", "look", "json_2"]);
  expect(names("none")).toEqual(["json_2"]);
  expect(names({ type: "allowed_tools", allowed_tools: { tools: [{ name: "look" }] } })).toEqual([
    "look",
    "json_2",
  ]);
});

test("a call that is demanded comes before the form of the answer", () => {
  const tools = [functionTool("look")];
  for (const tool_choice of ["required", { type: "function", function: { name: "look" } }]) {
    const request = { ...schemaFormat(open), tools, tool_choice };
    const {
      body,
      answerTool: name,
      ignored,
    } = buildRequest(claudeCall(request), {
      stream: false,
      features: ANTHROPIC_FEATURES,
    });
    expect([body.tools?.length, body.output_config, name]).toEqual([1, undefined, null]);
    expect(ignored).toEqual(["response_format"]);
  }
});

test("a model that refuses force is asked to", () => {
  expect(extrasOf(schemaFormat(open), "claude-opus-5-5")).toEqual({
    system: 'Give your final answer only by calling the tool "json".',
    tools: [answerTool("json", open)],
    tool_choice: { type: "auto", disable_parallel_tool_use: true },
  });
});

test("JSON without a schema is an instruction after the system prompt", () => {
  const instruction =
    "Respond with one valid JSON object and with nothing else: no introduction, no code fence.";
  const format = { response_format: { type: "json_object" } };
  expect(extrasOf(format)).toEqual({ system: instruction });
  const messages = [
    { role: "system", content: "s" },
    { role: "user", content: "q" },
  ];
  expect(bodyOf(claudeCall({ ...format, messages })).system).toEqual([
    { type: "text", text: "s" },
    { type: "text", text: instruction },
  ]);
  const bare = { response_format: { type: "json_schema", json_schema: { name: "x" } } };
  expect(extrasOf(bare)).toEqual({ system: instruction });
  expect(extrasOf({ response_format: { type: "text" } })).toEqual({});
});

test("a schema of something else than an object, where it is not held natively, is told", () => {
  const list = { type: "array", items: { type: "string" } };
  expect(extrasOf(schemaFormat(list), "claude-opus-4-0")).toEqual({
    system:
      "Respond with nothing but JSON, without a code fence, that fits this JSON schema:\n" +
      JSON.stringify(list),
  });
  expect(extrasOf(schemaFormat(list)).output_config).toBeDefined();
});
