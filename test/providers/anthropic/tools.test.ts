// Tools and the choice among them, by the model's rules.
import { expect, test } from "bun:test";
import { bodyOf, claudeCall, extrasOf, functionTool } from "./support.ts";

const tools = [functionTool("a"), functionTool("b")];
const named = { type: "function", function: { name: "b" } };
const allowed = (mode: string, ...names: string[]) => ({
  type: "allowed_tools",
  allowed_tools: { mode, tools: names.map((name) => ({ type: "function", function: { name } })) },
});
const one = { disable_parallel_tool_use: true };
test.each([
  ["claude-opus-5", undefined, true, "ab", undefined],
  ["claude-opus-5", "auto", true, "ab", undefined],
  ["claude-opus-5", "auto", false, "ab", { type: "auto", ...one }],
  ["claude-opus-5", "none", false, "ab", { type: "none" }],
  ["claude-opus-5", "required", true, "ab", { type: "any" }],
  ["claude-opus-5", "required", false, "ab", { type: "any", ...one }],
  ["claude-opus-5", named, true, "ab", { type: "tool", name: "b" }],
  ["claude-opus-5", named, false, "ab", { type: "tool", name: "b", ...one }],
  ["claude-opus-5", allowed("auto", "a"), true, "a", undefined],
  ["claude-opus-5", allowed("required", "a", "b"), true, "ab", { type: "any" }],
  ["claude-opus-5-5", "required", true, "ab", undefined],
  ["claude-sonnet-5-5", named, false, "b", { type: "auto", ...one }],
  ["claude-fable-5-1", named, true, "b", undefined],
  ["claude-fable-5", named, true, "ab", { type: "tool", name: "b" }],
])("%s, choice %j, parallel %p", (model, choice, parallel, names, expected) => {
  const request = { tools, tool_choice: choice, parallel_tool_calls: parallel };
  const body = bodyOf(claudeCall(request, model));
  expect(body.tools?.map(({ name }) => name).join("")).toBe(names);
  const choiceSent: object | undefined = body.tool_choice;
  expect(choiceSent).toEqual(expected);
});

test("a model that refuses force is asked to call", () => {
  const system = (choice: unknown) =>
    bodyOf(claudeCall({ tools, tool_choice: choice }, "claude-opus-5-5")).system;
  expect(system("required")).toBe("Call at least one tool before you answer in text.");
  expect(system(named)).toBe('Call the tool "b" now.');
  expect(system("auto")).toBeUndefined();
});

test("a choice without tools is dropped", () => {
  expect(extrasOf({ tool_choice: "auto", tools: [] })).toEqual({});
});

test("definitions", () => {
  const open = { type: "object" as const, additionalProperties: true };
  const given = [
    { type: "function", function: { name: "bare" }, cache_control: { type: "ephemeral" } },
    functionTool("loose", { parameters: { properties: { a: {} } }, description: "" }),
    functionTool("open", { parameters: open, strict: true }),
  ];
  expect(bodyOf(claudeCall({ tools: given })).tools).toEqual([
    {
      name: "bare",
      input_schema: { type: "object", properties: {} },
      cache_control: { type: "ephemeral" },
    },
    { name: "loose", input_schema: { type: "object", properties: { a: {} } } },
    { name: "open", input_schema: open },
  ]);
  const strict = [functionTool("s", { strict: true })];
  expect(bodyOf(claudeCall({ tools: strict }, "claude-opus-4-0")).tools).toEqual([
    { name: "s", input_schema: { type: "object", properties: {} } },
  ]);
});
