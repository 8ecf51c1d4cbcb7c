// The demo counts long arguments of calls in turns, to the same tokens as in one go.
import { expect, test } from "bun:test";
import type { ChatRequest } from "../../../src/base/chat.ts";
import { countPromptTokens, countTokens } from "../../../src/providers/demo/usage.ts";

test.each(["some words of a text ", "a", "好 \n", '"\\😀é '])("arguments of %j", async (unit) => {
  const argument = JSON.stringify({ a: unit.repeat(700_000) });
  const calls = ["short", argument, argument].map((text, index) => ({
    id: `c${index}`,
    type: "function",
    function: { name: "f", arguments: text },
  }));
  const request = { model: "m", messages: [{ role: "assistant", tool_calls: calls }] };
  const expected = 4 + countTokens(JSON.stringify(calls));
  expect(await countPromptTokens(request as ChatRequest)).toBe(expected);
});
