// What asks for nothing is left out of a request, what contradicts itself is refused, long integers keep their digits.
import { describe, expect, test } from "bun:test";
import { ApiError } from "../../src/base/errors.ts";
import { parseExactJson } from "../../src/base/exact-json.ts";
import { configSchema } from "../../src/config/schema.ts";
import { parseChatRequest } from "../../src/http/endpoints/chat-completions/parse.ts";

const { limits } = configSchema.parse({});
const tool = { type: "function", function: { name: "f" } };
const fn = { name: "f" };

/** The request with these fields as JSON text, parsed as a body is. */
function parse(fields: string | Record<string, unknown>) {
  const text = typeof fields === "string" ? fields : JSON.stringify(fields).slice(1, -1);
  const messages = text.includes('"messages"') ? "" : ',"messages":[{"role":"user","content":"x"}]';
  return parseChatRequest(parseExactJson(`{"model":"m"${messages},${text}}`), limits);
}

const fieldsOf = (fields: string | Record<string, unknown>) => {
  const { model: _model, messages: _messages, ...rest } = parse(fields);
  return JSON.stringify(rest);
};

describe("left out", () => {
  test.each<[Record<string, unknown>, Record<string, unknown>]>([
    [{ tools: [] }, {}],
    [{ tools: null, tool_choice: "auto" }, {}],
    [{ tools: [], tool_choice: "none", parallel_tool_calls: false }, {}],
    [{ functions: [] }, {}],
    [{ functions: [], function_call: "none" }, {}],
    [{ function_call: "auto" }, {}],
    [{ top_logprobs: 0 }, {}],
    [
      { tools: [tool], tool_choice: "auto" },
      { tools: [tool], tool_choice: "auto" },
    ],
    [
      { functions: [fn], function_call: "none" },
      { functions: [fn], function_call: "none" },
    ],
    [
      { logprobs: true, top_logprobs: 0 },
      { logprobs: true, top_logprobs: 0 },
    ],
  ])("%j is %j", (given, kept) => {
    expect(fieldsOf(given)).toBe(JSON.stringify(kept));
  });

  test("an empty list of calls in a message", () => {
    const messages = [{ role: "assistant", content: "a", tool_calls: [] }];
    expect(parse({ messages }).messages).toEqual([{ role: "assistant", content: "a" }]);
  });
});

describe("refused", () => {
  test.each([
    [{ top_logprobs: 2 }, "top_logprobs"],
    [{ logprobs: false, top_logprobs: 2 }, "top_logprobs"],
    [{ tool_choice: "required" }, "tool_choice"],
    [{ tools: [], tool_choice: { type: "function", function: { name: "f" } } }, "tool_choice"],
    [{ function_call: { name: "f" } }, "function_call"],
    [{ reasoning_effort: "ultra" }, "reasoning_effort"],
    ['"seed":9223372036854775808', "seed"],
    ['"max_tokens":99999999999999999999', "max_tokens"],
  ])("%j by its field", (given, param) => {
    let caught: unknown;
    try {
      parse(given);
    } catch (error) {
      caught = error;
    }
    expect(caught).toBeInstanceOf(ApiError);
    expect([(caught as ApiError).status, (caught as ApiError).param]).toEqual([400, param]);
  });
});

describe("kept to the digit", () => {
  test.each([
    '"seed":9007199254740993',
    '"seed":-9223372036854775808',
    `"tools":[{"type":"function","function":{"name":"f","parameters":{"properties":{"id":{"type":"integer","maximum":9223372036854775807}}}}}]`,
    '"user_number":2512292042121000001',
  ])("%s", (fields) => {
    expect(fieldsOf(fields)).toBe(`{${fields}}`);
  });
});
