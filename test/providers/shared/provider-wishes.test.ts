// OpenRouter's `provider` at providers that do not know it: told as ignored, or refused for privacy's sake.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { ApiError } from "../../../src/base/errors.ts";
import { createAnthropicAdapter } from "../../../src/providers/anthropic/adapter.ts";
import { createOpenAiAdapter } from "../../../src/providers/openai/adapter.ts";
import { CUSTOM, OPENROUTER } from "../../../src/providers/openai/provider-quirks.ts";
import { unmetWishes } from "../../../src/providers/shared/provider-wishes.ts";
import { callOf, chunksIn, collect, rejection } from "../support.ts";

const never = new AbortController().signal;
const MESSAGE = { role: "assistant", content: "hi" };

let sent: { provider?: unknown }[] = [];
let upstream: ReturnType<typeof Bun.serve>;
beforeAll(() => {
  upstream = Bun.serve({
    port: 0,
    fetch: async (request) => {
      const body = (await request.json()) as { stream?: boolean; provider?: unknown };
      sent.push(body);
      const fields = { index: 0, finish_reason: "stop" };
      if (body.stream !== true) {
        return Response.json({ choices: [{ ...fields, message: MESSAGE }] });
      }
      const event = JSON.stringify({ choices: [{ ...fields, delta: MESSAGE }] });
      const headers = { "content-type": "text/event-stream" };
      return new Response(`data: ${event}\n\ndata: [DONE]\n\n`, { headers });
    },
  });
});
afterAll(() => upstream.stop(true));

function adapterOf(quirks = CUSTOM, passFields?: boolean | string[]) {
  const options = {
    baseUrl: upstream.url.href,
    apiKey: "k",
    headers: {},
    timeouts: { firstByteMs: 2_000, betweenChunksMs: 2_000, totalMs: 10_000 },
    limits: { upstreamBodyBytes: 1_000_000, upstreamEventBytes: 100_000 },
    proxyUrl: null,
    passFields,
  };
  return {
    openai: createOpenAiAdapter({ ...options, auth: "bearer", quirks }),
    anthropic: createAnthropicAdapter({ ...options, fetchMedia: null } as never),
  };
}

const privacy = [{ data_collection: "deny" }, { zdr: true, only: ["a"] }];

describe("where nobody acts on them", () => {
  test.each(privacy)(
    "%j is refused by every dialect, before anything is sent",
    async (provider) => {
      sent = [];
      const call = callOf({ provider });
      for (const adapter of Object.values(adapterOf())) {
        for (const run of [
          adapter.complete(call, never),
          collect(chunksIn(adapter.stream(call, never))),
        ]) {
          const error = (await rejection(run)) as ApiError;
          expect([error.status, error.code]).toEqual([400, "unsupported_parameter"]);
          expect(error.param).toStartWith("provider.");
        }
      }
      expect(sent).toEqual([]);
    },
  );

  test("other wishes are told as ignored, and not sent", async () => {
    sent = [];
    const call = callOf({ provider: { only: ["a"], data_collection: "allow" } });
    const { openai } = adapterOf();
    expect((await openai.complete(call, never)).ignored).toEqual(["provider"]);
    const [first] = await collect(chunksIn(openai.stream(call, never)));
    expect(first?.ignored).toEqual(["provider"]);
    expect(sent.map((body) => body.provider)).toEqual([undefined, undefined]);
  });

  test.each([[undefined], [null], [{}], ["a"], [7]])("%j is no wish", (provider) => {
    expect(unmetWishes(callOf({ provider }).request)).toEqual([]);
  });
});

test.each([
  ["OpenRouter", OPENROUTER, undefined],
  ["a provider whose operator passes the field on", CUSTOM, ["provider"]],
  ["a provider whose operator passes all on", CUSTOM, true],
] as const)("%s gets them", async (_name, quirks, passFields) => {
  sent = [];
  const [provider] = privacy;
  const { openai } = adapterOf(quirks, passFields as boolean | string[] | undefined);
  const answer = await openai.complete(callOf({ provider }), never);
  expect([answer.ignored, sent[0]?.provider]).toEqual([[], provider]);
});
