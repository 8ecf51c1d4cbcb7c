// Any valid chat request has a sound Responses body, or a 400 that names a field.
import { expect, test } from "bun:test";
import fc from "fast-check";
import { ApiError } from "../../../src/base/errors.ts";
import { chatCompletionRequest } from "../../../src/http/endpoints/chat-completions/schema/request.ts";
import { buildResponsesRequest } from "../../../src/providers/openai-responses/request.ts";
import { callOf } from "../support.ts";
import { responsesBody } from "./body-schema.ts";
import { chatRequest } from "./chat-request.ts";

test("sound or refused", () => {
  let mapped = 0;
  fc.assert(
    fc.property(
      chatRequest,
      fc.option(fc.integer({ min: 14, max: 99 })),
      fc.boolean(),
      (body, limit, stream) => {
        const valid = chatCompletionRequest.parse(body);
        const call = callOf(valid, { maxOutputTokens: limit });
        const before = structuredClone(call);
        try {
          const quirks = { refusesObfuscation: true };
          const options = { quirks, passFields: undefined, stream };
          const { body: made } = buildResponsesRequest(call, options);
          // As it leaves: JSON drops what is undefined.
          expect(responsesBody.safeParse(JSON.parse(JSON.stringify(made))).error).toBeUndefined();
          mapped++;
        } catch (error) {
          if (!(error instanceof ApiError)) {
            throw error;
          }
          expect(error.status).toBe(400);
          expect(error.param).toBeString();
        }
        expect(call).toEqual(before);
      },
    ),
    { numRuns: 2_000 },
  );
  // Were nearly all refused, the property would say nothing.
  expect(mapped).toBeGreaterThan(200);
});
