// `tools` and `tool_choice` in every form that clients write.
import { expect, test } from "bun:test";
import type { ChatRequest } from "../../../src/base/chat.ts";
import { ApiError } from "../../../src/base/errors.ts";
import { readTools, toolName } from "../../../src/providers/shared/tool-choice.ts";

const tool = (name: string) => ({ type: "function", function: { name } });
const tools = [tool("a"), tool("b")];
const allowed = (mode: unknown, ...names: string[]) => ({
  type: "allowed_tools",
  allowed_tools: { mode, tools: names.map(tool) },
});

const read = (request: Record<string, unknown>) =>
  readTools({ model: "m", messages: [], ...request } as ChatRequest);

test.each<[unknown, object, string]>([
  [undefined, { kind: "auto" }, "ab"],
  [null, { kind: "auto" }, "ab"],
  ["auto", { kind: "auto" }, "ab"],
  ["none", { kind: "none" }, "ab"],
  ["required", { kind: "required" }, "ab"],
  ["any", { kind: "auto" }, "ab"],
  [tool("b"), { kind: "tool", name: "b" }, "ab"],
  [{ type: "function", name: "b" }, { kind: "tool", name: "b" }, "ab"],
  [allowed("auto", "b"), { kind: "auto" }, "b"],
  [allowed("required", "b", "gone"), { kind: "required" }, "b"],
  [{ type: "allowed_tools", allowed_tools: { tools: [{ name: "a" }] } }, { kind: "auto" }, "a"],
])("%j is %j of %s", (choice, expected, names) => {
  const offered = read({ tools, tool_choice: choice });
  expect(offered.choice).toEqual(expected as never);
  expect(offered.allowed.map(toolName).join("")).toBe(names);
  expect(offered.all.map(toolName).join("")).toBe("ab");
});

test.each<[Record<string, unknown>, string]>([
  [{ tools, tool_choice: tool("gone") }, "tool_choice"],
  [{ tools, tool_choice: allowed("auto", "gone") }, "tool_choice"],
  [{ tools, tool_choice: allowed("auto") }, "tool_choice"],
  [{ tools: [], tool_choice: "required" }, "tool_choice"],
  [{ tool_choice: tool("a") }, "tool_choice"],
  [{ tools, tool_choice: { type: "custom", custom: { name: "a" } } }, "tool_choice.type"],
  [{ tools: [tool("a"), { type: "custom", custom: { name: "c" } }] }, "tools[1].type"],
  [{ functions: [{ name: "f" }] }, "functions"],
  [{ function_call: { name: "f" } }, "function_call"],
])("%j is refused at %s", (request, param) => {
  try {
    read(request);
  } catch (error) {
    expect(error).toBeInstanceOf(ApiError);
    expect(error).toMatchObject({ status: 400, param });
    return;
  }
  throw new Error("expected a refusal");
});

test.each([
  {},
  { tools: null },
  { tools: [] },
  { functions: [], function_call: "none" },
  { function_call: "auto" },
  { tool_choice: "none" },
])("%j asks for nothing", (request) => {
  expect(read(request)).toMatchObject({ all: [], allowed: [], parallel: true });
});

test("one call at a time", () => {
  expect(read({ parallel_tool_calls: false }).parallel).toBe(false);
  expect(read({ parallel_tool_calls: true }).parallel).toBe(true);
});
