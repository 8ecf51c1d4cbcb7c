// Whatever a client asks becomes a body that Gemini takes, or is refused by a field; and whatever
// Gemini answers becomes well-formed pieces or an ApiError.
import { expect, test } from "bun:test";
import fc from "fast-check";
import { ApiError } from "../../../src/base/errors.ts";
import { chatCompletionRequest } from "../../../src/http/endpoints/chat-completions/schema/request.ts";
import { DEVELOPER_API, VERTEX_AI } from "../../../src/providers/gemini/api.ts";
import { ERRORS } from "../../../src/providers/gemini/errors.ts";
import { parseCompletion } from "../../../src/providers/gemini/response.ts";
import { SignatureCache } from "../../../src/providers/gemini/signatures.ts";
import type { GeminiPart, GenerateContentBody } from "../../../src/providers/gemini/wire.ts";
import { model, request } from "./arbitraries.ts";
import { bodyOf, chunksOf } from "./support.ts";
import { wire } from "./wire-schema.ts";

function checkStructure(body: GenerateContentBody): void {
  expect(body.contents[0]?.role).toBe("user");
  const called = new Map<string, number>();
  for (const [index, { role, parts: given }] of body.contents.entries()) {
    expect(role).toBe(index % 2 === 0 ? "user" : "model");
    for (const { functionCall, functionResponse, text: said } of given as GeminiPart[]) {
      expect(role === "user" ? functionCall : functionResponse).toBeUndefined();
      expect(said).not.toBe("");
      if (functionCall) {
        called.set(functionCall.name, 1);
      }
      if (functionResponse) {
        expect(called.has(functionResponse.name)).toBe(true);
      }
    }
  }
  const declared = body.tools?.flatMap((tools) => tools.functionDeclarations.map((f) => f.name));
  const config = body.toolConfig?.functionCallingConfig;
  expect(config === undefined || declared !== undefined).toBe(true);
  for (const allowed of config?.allowedFunctionNames ?? []) {
    expect([config?.mode, declared?.includes(allowed)]).toEqual(["ANY", true]);
  }
}

test("any valid request becomes a valid body or a 400 that names a field", () => {
  let taken = 0;
  let withMedia = 0;
  fc.assert(
    fc.property(
      request,
      model,
      fc.boolean(),
      fc.option(fc.integer({ min: 1, max: 70_000 })),
      (asked, upstreamModel, vertex, maxOutputTokens) => {
        fc.pre(chatCompletionRequest.safeParse(asked).success);
        const before = JSON.stringify(asked);
        const api = vertex ? VERTEX_AI : DEVELOPER_API;
        const signatures = new SignatureCache();
        signatures.remember("gid-a", "look", "kept");
        try {
          const extra = { api, signatures };
          const body = bodyOf(asked, upstreamModel, extra, { maxOutputTokens });
          const sent = JSON.parse(JSON.stringify(body)) as GenerateContentBody;
          expect(wire.parse(sent)).toEqual(sent as never);
          checkStructure(sent);
          expect(sent.generationConfig?.maxOutputTokens).toBe(maxOutputTokens ?? undefined);
          taken++;
          if (sent.contents.some(({ parts }) => parts.some((it) => it.functionResponse?.parts))) {
            withMedia++;
          }
        } catch (error) {
          if (!(error instanceof ApiError)) {
            throw error;
          }
          expect([error.status, error.type]).toEqual([400, "invalid_request_error"]);
          expect(error.param).not.toBeNull();
        }
        expect(JSON.stringify(asked)).toBe(before);
      },
    ),
    { numRuns: 3_000 },
  );
  // Else the test would pass by refusing everything.
  expect(taken).toBeGreaterThan(50);
  expect(withMedia).toBeGreaterThan(0);
});

const anything = fc.jsonValue({ maxDepth: 3 });

/** An object with some of the fields, each holding what it should or anything at all. */
function partly(fields: Record<string, fc.Arbitrary<unknown>>): fc.Arbitrary<object> {
  const loose = Object.entries(fields).map(([name, value]) => [name, fc.oneof(value, anything)]);
  return fc.record(Object.fromEntries(loose), { requiredKeys: [] });
}

const count = fc.nat();
const answer = partly({
  candidates: fc.array(
    partly({
      index: fc.nat(70),
      content: partly({
        parts: fc.array(
          partly({
            text: fc.string(),
            thought: fc.boolean(),
            thoughtSignature: fc.string(),
            functionCall: partly({ id: fc.string(), name: fc.string(), args: anything }),
          }),
          { maxLength: 3 },
        ),
      }),
      finishReason: fc.constantFrom("STOP", "SAFETY", "MALFORMED_FUNCTION_CALL", "NEW"),
      logprobsResult: partly({ chosenCandidates: fc.array(anything, { maxLength: 2 }) }),
    }),
    { maxLength: 3 },
  ),
  usageMetadata: partly({ promptTokenCount: count, candidatesTokenCount: count }),
  promptFeedback: partly({ blockReason: fc.constant("SAFETY") }),
});

test("whatever Gemini sends, streamed", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.oneof(answer, anything), { maxLength: 4 }), async (events) => {
      try {
        const chunks = await chunksOf(events.map((event) => JSON.stringify(event)));
        const ends = chunks.flatMap(({ chunk }) => chunk.choices).filter((c) => c.finish_reason);
        expect(ends.length).toBeGreaterThan(0);
        expect(chunks.every(({ chunk }) => chunk.object === "chat.completion.chunk")).toBe(true);
      } catch (error) {
        expect(error).toBeInstanceOf(ApiError);
      }
    }),
    { numRuns: 500 },
  );
});

test("whatever Gemini sends, whole", () => {
  fc.assert(
    fc.property(fc.oneof(answer, anything), fc.nat(200), (body, status) => {
      const text = JSON.stringify(body);
      expect(ERRORS.fromResponse(400 + status, new Headers(), text)).toBeInstanceOf(ApiError);
      try {
        const { completion } = parseCompletion(text, "m", new SignatureCache());
        expect(completion.choices.every((c) => c.message.role === "assistant")).toBe(true);
        expect(completion.choices.length).toBeGreaterThan(0);
      } catch (error) {
        expect(error).toBeInstanceOf(ApiError);
      }
    }),
    { numRuns: 500 },
  );
});
