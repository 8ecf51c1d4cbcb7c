// One id, one creation time and the client's own model id on every piece, without writing anew what need not be.
import { describe, expect, test } from "bun:test";
import type { ChatCompletionChunk } from "../../src/base/chat.ts";
import {
  stampedJson,
  stampFor,
  TextStamp,
} from "../../src/http/endpoints/chat-completions/stamp.ts";

const chunk = (more: Partial<ChatCompletionChunk> = {}, content = "hi"): ChatCompletionChunk => ({
  id: "chatcmpl-up",
  object: "chat.completion.chunk",
  created: 7,
  model: "gpt-4o-mini-2024-07-18",
  choices: [{ index: 0, delta: { content }, finish_reason: null }],
  ...more,
});

describe("the stamp", () => {
  test("keeps an OpenAI-like id, and replaces any other", () => {
    expect(stampFor(chunk(), "gpt-4o-mini")).toEqual({
      id: "chatcmpl-up",
      created: 7,
      model: "gpt-4o-mini",
    });
    expect(stampFor(chunk({ id: "0195-uuid" }), "m").id).toMatch(/^chatcmpl-[0-9A-Z]{26}$/);
  });

  test("leaves the wire text as it is when nothing differs", () => {
    const wire = `{ "odd":  1, ${JSON.stringify(chunk({ model: "m" })).slice(1)}`;
    const stamp = { id: "chatcmpl-up", created: 7, model: "m" };
    expect(stampedJson(chunk({ model: "m" }), wire, stamp)).toBe(wire);
  });

  test("changes only the model's name in the wire text, and never inside the answer", () => {
    const said = 'say "model":"gpt-4o-mini-2024-07-18" twice';
    const wire = JSON.stringify(chunk({}, said));
    const stamp = stampFor(chunk(), 'fast "alias"');
    const stamped = stampedJson(chunk({}, said), wire, stamp);
    expect(JSON.parse(stamped)).toEqual(chunk({ model: 'fast "alias"' }, said));
    expect(stamped).toBe(wire.replace("gpt-4o-mini-2024-07-18", 'fast \\"alias\\"'));
  });

  test("writes a chunk anew when the model stands behind the choices, or another id came", () => {
    const { model, ...rest } = chunk();
    const stamp = stampFor(chunk(), "m");
    const late = JSON.stringify({ ...rest, model });
    expect(JSON.parse(stampedJson(chunk(), late, stamp))).toEqual(chunk({ model: "m" }));
    const other = chunk({ id: "chatcmpl-other", created: 8 });
    expect(JSON.parse(stampedJson(other, JSON.stringify(other), stamp))).toEqual(
      chunk({ model: "m" }),
    );
  });
});

describe("the stamp of single texts", () => {
  const stamp = { id: "chatcmpl-1", created: 9, model: 'fast "alias"' };
  const texts = new TextStamp(stamp);
  const choice = { index: 0, delta: { content: "hi" }, logprobs: null, finish_reason: null };
  const one = (more: object = {}, beside: object = {}) =>
    ({ ...chunk(), choices: [{ ...choice, ...more }], ...beside }) as ChatCompletionChunk;

  test("writes what the whole chunk would be written as, whatever text, field and choice", () => {
    const said = ["", "hi", 'a "quote"', "\n\u2028\ud800", "$& x", "é😀"];
    for (const text of said) {
      for (const field of ["content", "reasoning_content", "refusal", "content"]) {
        for (const index of [0, 2, 0]) {
          const given = one({ index, delta: { [field]: text } });
          expect(texts.json(given)).toBe(stampedJson(given, null, stamp));
        }
      }
    }
  });

  test("leaves a chunk alone that says anything else", () => {
    const others = [
      one({ finish_reason: "stop" }),
      one({ logprobs: { content: [] } }),
      one({ delta: {} }),
      one({ delta: { role: "assistant", content: "" } }),
      one({ delta: { content: null } }),
      one({ delta: { tool_calls: [] } }),
      one({ native_finish_reason: null }),
      one({}, { service_tier: "default" }),
      one({}, { choices: [choice, choice] }),
      one({}, { choices: [] }),
      chunk(),
    ];
    for (const other of others) expect(texts.json(other)).toBeNull();
  });
});
