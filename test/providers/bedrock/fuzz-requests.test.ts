// Any valid chat request becomes a body that Converse takes, or an error that names a field.
import { expect, test } from "bun:test";
import fc from "fast-check";
import { ApiError } from "../../../src/base/errors.ts";
import { chatCompletionRequest } from "../../../src/http/endpoints/chat-completions/schema/request.ts";
import { requestArbitrary } from "../anthropic/request-arbitrary.ts";
import { converse } from "./converse-schema.ts";
import { build, CLAUDE, CLAUDE_NEW, LLAMA, MISTRAL, NOVA } from "./support.ts";

const words = fc.constantFrom("hello", "", " ", "a b ", "Grüße ✓", "x\n");
const mark = fc.constantFrom({}, {}, { cache_control: { type: "ephemeral", ttl: "1h" } });
const textPart = fc.tuple(words, mark).map(([it, more]) => ({ type: "text", text: it, ...more }));
const dataUrl = fc.constantFrom(
  "data:image/png;base64,aGk=",
  "data:application/pdf;base64,aGk=",
  "data:image/svg+xml;base64,aGk=",
  "https://example.com/a.png",
);
const part = fc.oneof(
  textPart,
  dataUrl.map((url) => ({ type: "image_url", image_url: { url } })),
  fc.tuple(dataUrl, fc.string()).map(([file_data, filename]) => ({
    type: "file",
    file: { file_data, filename },
  })),
  fc.constant({ type: "input_audio", input_audio: { data: "aGk=", format: "wav" } }),
);
const textContent = fc.oneof(words, fc.array(textPart, { maxLength: 3 }));
const callId = fc.oneof(fc.string(), fc.constantFrom("call_1", "toolu_abc"));
const calls = fc.array(
  fc
    .tuple(callId, fc.constantFrom("f", "g"), fc.oneof(fc.json(), fc.string()))
    .map(([callIdText, name, args]) => ({
      id: callIdText,
      type: "function",
      function: { name, arguments: args },
    })),
  { maxLength: 3 },
);
const message = fc.oneof(
  fc.tuple(fc.constantFrom("system", "developer"), textContent).map(([role, content]) => ({
    role,
    content,
  })),
  fc
    .tuple(fc.oneof(words, fc.array(part, { maxLength: 3 })), mark)
    .map(([content, more]) => ({ role: "user", content, ...more })),
  fc.tuple(textContent, calls).map(([content, tool_calls]) => ({
    role: "assistant",
    content,
    tool_calls,
  })),
  fc
    .tuple(
      callId.filter((it) => it !== ""),
      textContent,
    )
    .map(([tool_call_id, content]) => ({
      role: "tool",
      tool_call_id,
      content,
    })),
);
const schema = fc.constantFrom(
  { type: "object", properties: { a: { type: "string" } }, additionalProperties: false },
  { type: "array" },
  { type: "object", properties: { a: { $ref: "#" } } },
);
const fn = fc.record(
  { name: fc.constantFrom("f", "g"), description: words, parameters: schema, strict: fc.boolean() },
  { requiredKeys: ["name"] },
);
const request = fc.record(
  {
    model: fc.constant("m"),
    messages: fc.array(message, { minLength: 1, maxLength: 6 }),
    temperature: fc.double({ min: 0, max: 2, noNaN: true }),
    top_p: fc.double({ min: 0, max: 1, noNaN: true }),
    stop: fc.oneof(words, fc.array(words, { maxLength: 4 })),
    n: fc.constantFrom(1, 1, 1, 2),
    tools: fc.array(
      fn.map((it) => ({ type: "function", function: it })),
      { maxLength: 3 },
    ),
    tool_choice: fc.constantFrom("auto", "none", "required", {
      type: "function",
      function: { name: "f" },
    }),
    parallel_tool_calls: fc.boolean(),
    response_format: fc.oneof(
      fc.constantFrom({ type: "text" }, { type: "json_object" }),
      schema.map((it) => ({ type: "json_schema", json_schema: { name: "s", schema: it } })),
    ),
    reasoning_effort: fc.constantFrom("none", "minimal", "low", "high", "max"),
    service_tier: fc.constantFrom("auto", "flex", "priority"),
    top_k: fc.nat(),
    max_gen_len: fc.nat(),
  },
  { requiredKeys: ["model", "messages"] },
);
const models = [CLAUDE, CLAUDE_NEW, NOVA, LLAMA, MISTRAL, "openai.gpt-oss-20b-1:0", "arn:aws:x"];

test("requests", async () => {
  let built = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(request, requestArbitrary),
      fc.constantFrom(...models),
      async (given, model) => {
        chatCompletionRequest.parse(given);
        const before = structuredClone(given);
        try {
          const { body } = await build(given, model, { maxOutputTokens: 2_000, passFields: true });
          built++;
          converse.parse(body);
          checkTurns(body.messages);
          const blocks = body.messages.flatMap(({ content }) => content);
          const usesTools = blocks.some((it) => "toolUse" in it || "toolResult" in it);
          expect(usesTools && body.toolConfig === undefined).toBe(false);
          const thinking = body.additionalModelRequestFields?.thinking as {
            budget_tokens?: number;
          };
          expect(thinking?.budget_tokens ?? 0).toBeLessThan(2_000);
          expect(body.additionalModelRequestFields?.max_gen_len).toBeUndefined();
        } catch (error) {
          if (!(error instanceof ApiError)) throw error;
          expect([error.status, typeof error.param]).toEqual([400, "string"]);
        }
        expect(given).toEqual(before);
      },
    ),
    { numRuns: 1_000 },
  );
  expect(built).toBeGreaterThan(200);
});

/** Turns alternate from the user's on, and results open the turn that they are in. */
function checkTurns(turns: readonly { role: string; content: object[] }[]): void {
  for (const [index, { role, content }] of turns.entries()) {
    expect(role).toBe(index % 2 === 0 ? "user" : "assistant");
    const kinds = content.filter((it) => !("cachePoint" in it)).map((it) => "toolResult" in it);
    expect(kinds.length).toBeGreaterThan(0);
    expect(kinds).toEqual([...kinds].sort((a, b) => Number(b) - Number(a)));
    const calls = content.map((it) => "toolUse" in it);
    expect(calls.includes(true) && role !== "assistant").toBe(false);
  }
}
