// Whatever the JSON: a request is either accepted as it is, or refused with a 400 that repeats none
// of it.
import { expect, test } from "bun:test";
import fc from "fast-check";
import { ApiError } from "../../src/base/errors.ts";
import { configSchema } from "../../src/config/schema.ts";
import { parseChatRequest } from "../../src/http/endpoints/chat-completions/parse.ts";
import { chatCompletionRequest } from "../../src/http/endpoints/chat-completions/schema/request.ts";

const { limits } = configSchema.parse({});
const SECRET = "canary-7f3a";

/**
 * Any JSON whose every text, keys included, carries the secret, mixed with words that the schema
 * knows.
 */
const secret = fc.string({ maxLength: 3 }).map((text) => SECRET + text);
const words = ["type", "text", "function", "role", "user", "name", "content", "id", "auto"];
const text = fc.oneof(secret, fc.constantFrom(...words));
const json = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: "small" },
    fc.constantFrom(null, true, false, 0, 1, -1, 1.5, 1e300, ""),
    text,
    fc.array(tie("value"), { maxLength: 3 }),
    fc.dictionary(text, tie("value"), { maxKeys: 4 }),
  ),
})).value;

const message = fc.record(
  {
    role: fc.constantFrom("developer", "system", "user", "assistant", "tool", "function", SECRET),
    content: fc.oneof(secret, json),
    name: json,
    tool_calls: json,
    tool_call_id: fc.oneof(secret, json),
  },
  { requiredKeys: [] },
);

const fields = Object.fromEntries(
  Object.keys(chatCompletionRequest.shape).map((field) => [field, json]),
);

const request = fc.record(
  {
    ...fields,
    model: fc.oneof({ weight: 9, arbitrary: secret }, { weight: 1, arbitrary: json }),
    messages: fc.array(
      fc.oneof({ weight: 9, arbitrary: message }, { weight: 1, arbitrary: json }),
      {
        maxLength: 3,
      },
    ),
  },
  { requiredKeys: ["model", "messages"] },
);

test("accepted as it is, or refused without an echo", () => {
  fc.assert(
    fc.property(fc.oneof(request, json), (body) => {
      const before = JSON.stringify(body);
      try {
        parseChatRequest(body, limits);
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        expect(error.status).toBe(400);
        expect(`${error.message} ${error.param}`).not.toContain(SECRET);
        expect(error.message).not.toMatch(/undefined|\[object/);
      }
      expect(JSON.stringify(body)).toBe(before);
    }),
    { numRuns: 5_000 },
  );
});
