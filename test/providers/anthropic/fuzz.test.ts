// Any request of OpenAI's becomes a body that Anthropic takes, or a 400 that names the field; and
// whatever comes back gives well-formed pieces, or an ApiError.
import { expect, test } from "bun:test";
import fc from "fast-check";
import { ApiError } from "../../../src/base/errors.ts";
import { chatCompletionRequest } from "../../../src/http/endpoints/chat-completions/schema/request.ts";
import { buildRequest } from "../../../src/providers/anthropic/request.ts";
import { parseMessage } from "../../../src/providers/anthropic/response.ts";
import { EventReader } from "../../../src/providers/anthropic/stream.ts";
import { callOf, readSse } from "../support.ts";
import { type Body, messageCreateParams } from "./message-create-params.ts";
import { requestArbitrary } from "./request-arbitrary.ts";

const models = [
  ...["claude-opus-5-5", "claude-sonnet-5-5", "claude-opus-4-8", "claude-sonnet-4-6"],
  ...["claude-haiku-4-5", "claude-opus-4-0", "claude-3-haiku-20240307", "claude-next"],
];

test("requests", () => {
  let accepted = 0;
  const runs = 3_000;
  fc.assert(
    fc.property(
      requestArbitrary,
      fc.constantFrom(...models),
      fc.integer({ min: 1, max: 20_000 }),
      fc.record({
        nativeJson: fc.boolean(),
        systemTurns: fc.boolean(),
        hourCache: fc.boolean(),
        singleCalls: fc.boolean(),
        mediaUrls: fc.constant(true),
      }),
      (request, upstreamModel, maxOutputTokens, features) => {
        // What is generated is what the gateway lets through.
        expect(chatCompletionRequest.safeParse(request).error).toBeUndefined();
        const call = callOf(request, { upstreamModel, maxOutputTokens });
        const before = structuredClone(call);
        let made: unknown;
        try {
          made = buildRequest(call, { stream: true, features }).body;
        } catch (error) {
          expect(error).toBeInstanceOf(ApiError);
          expect([(error as ApiError).status, (error as ApiError).param]).toEqual([
            400,
            expect.any(String),
          ]);
          return;
        } finally {
          expect(call).toEqual(before);
        }
        accepted++;
        const body = messageCreateParams.parse(made);
        expect(body.max_tokens).toBeLessThanOrEqual(maxOutputTokens);
        checkTurns(body, features.systemTurns);
        checkParameters(body);
      },
    ),
    { numRuns: runs },
  );
  // A property of refusals alone would prove little.
  expect(accepted).toBeGreaterThan(runs / 10);
});

function checkTurns({ messages }: Body, systemTurns: boolean): void {
  expect(messages[0]?.role).toBe("user");
  const ids = new Set<string>();
  for (const [at, { role, content }] of messages.entries()) {
    const before = messages.slice(0, at).findLast((other) => other.role !== "system");
    if (role === "system") {
      expect(systemTurns).toBe(true);
      expect(messages[at - 1]?.role).toBe("user");
      expect(["assistant", undefined]).toContain(messages[at + 1]?.role);
      continue;
    }
    expect(before?.role).not.toBe(role);
    const uses = (before?.content ?? []).flatMap((it) => (it.type === "tool_use" ? [it.id] : []));
    const results = content.flatMap((it) => (it.type === "tool_result" ? [it.tool_use_id] : []));
    expect(results.toSorted()).toEqual(uses.toSorted());
    // Results come first, calls last.
    const types = content.map(({ type }) => type);
    expect(types.slice(0, results.length).every((type) => type === "tool_result")).toBe(true);
    const firstCall = types.indexOf("tool_use");
    expect(firstCall < 0 || types.slice(firstCall).every((it) => it === "tool_use")).toBe(true);
    for (const block of content) {
      if (block.type === "tool_use") {
        expect(ids.has(block.id)).toBe(false);
        ids.add(block.id);
      }
    }
  }
  const last = messages.at(-1)?.content.at(-1);
  expect(last?.type).not.toBe("tool_use");
}

function checkParameters(body: Body): void {
  const { thinking, tool_choice: choice, tools } = body;
  const forced = choice?.type === "any" || choice?.type === "tool";
  if (thinking?.type === "enabled") {
    expect(thinking.budget_tokens).toBeLessThan(body.max_tokens);
    expect(forced).toBe(false);
  }
  if (thinking !== undefined && thinking.type !== "disabled") {
    expect([body.temperature, body.top_p]).toEqual([undefined, undefined]);
  }
  expect(body.temperature === undefined || body.top_p === undefined).toBe(true);
  expect(choice === undefined || tools !== undefined).toBe(true);
  if (choice?.type === "tool") {
    expect(tools?.some(({ name }) => name === choice.name)).toBe(true);
  }
  const breakpoints = JSON.stringify(body).match(/"cache_control":\{"type":"ephemeral"/g) ?? [];
  expect(breakpoints.length).toBeLessThanOrEqual(4);
}

const anything = fc.jsonValue({ maxDepth: 3 });

/** An object with some of the fields, each holding what it should or anything at all. */
function partly(fields: Record<string, fc.Arbitrary<unknown>>): fc.Arbitrary<object> {
  const loose = Object.entries(fields).map(([name, value]) => [name, fc.oneof(value, anything)]);
  return fc.record(Object.fromEntries(loose), { requiredKeys: [] });
}

const usage = partly({ input_tokens: fc.nat(), output_tokens: fc.nat() });
const block = partly({
  type: fc.constantFrom("text", "thinking", "tool_use", "other"),
  text: fc.string(),
  thinking: fc.string(),
  id: fc.string(),
  name: fc.constantFrom("json", "f"),
  input: anything,
});
const delta = partly({
  type: fc.constantFrom("text_delta", "thinking_delta", "input_json_delta", "other"),
  text: fc.string(),
  partial_json: fc.string(),
  stop_reason: fc.constantFrom("end_turn", "refusal", null),
  stop_details: anything,
});
const answer = partly({ id: fc.string(), content: fc.array(block, { maxLength: 3 }), usage });
const streamEvent = partly({
  type: fc.constantFrom("content_block_start", "content_block_delta", "content_block_stop", "ping"),
  index: fc.nat(2),
  content_block: block,
  delta,
  usage,
});
const started = { type: "message_start", message: {} };

test("streams", async () => {
  const events = fc.array(fc.oneof(streamEvent, anything), { maxLength: 6 });
  await fc.assert(
    fc.asyncProperty(events, fc.constantFrom("json", null), async (given, answerTool) => {
      async function* batches() {
        yield [started, ...given, { type: "message_stop" }].map((it) => JSON.stringify(it));
      }
      try {
        let finished = 0;
        for await (const piece of readSse(new EventReader("m", answerTool), batches())) {
          expect(piece.chunk.object).toBe("chat.completion.chunk");
          const [choice] = piece.chunk.choices;
          finished += choice?.finish_reason ? 1 : 0;
          expect(typeof (choice?.delta.content ?? "")).toBe("string");
        }
        expect(finished).toBeGreaterThan(0);
      } catch (error) {
        expect(error).toBeInstanceOf(ApiError);
      }
    }),
    { numRuns: 500 },
  );
});

test("whole answers", () => {
  fc.assert(
    fc.property(fc.oneof(answer, anything), fc.constantFrom("json", null), (body, answerTool) => {
      try {
        const { completion } = parseMessage(JSON.stringify(body), "m", answerTool);
        expect(completion.choices[0]?.message.role).toBe("assistant");
      } catch (error) {
        expect(error).toBeInstanceOf(ApiError);
      }
    }),
    { numRuns: 500 },
  );
});
