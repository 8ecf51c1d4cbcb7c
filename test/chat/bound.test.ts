// The hold: an upper bound of the input, a share for an open output, and a 402 that helps.
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import type { ChatRequest } from "../../src/base/chat.ts";
import type { ModelFacts } from "../../src/base/model.ts";
import { insufficientCredits } from "../../src/calls/insufficient-credits.ts";
import type { Deployment, Price } from "../../src/catalog/types.ts";
import { configSchema } from "../../src/config/schema.ts";
import { boundChat } from "../../src/http/endpoints/chat-completions/bound.ts";
import {
  affordableOutputTokens,
  amountToHold,
  type HoldWish,
  leastMicro,
} from "../../src/ledger/rules.ts";
import { addedInputTokens } from "../../src/metering/added-input.ts";
import { plainUsage } from "../../src/metering/estimate.ts";
import { inputTokensBound } from "../../src/metering/input-bound.ts";
import { costMicro } from "../../src/pricing/cost.ts";

const { money } = configSchema.parse({});
const facts: ModelFacts = {
  contextWindow: 128_000,
  maxOutputTokens: 16_384,
  imageTokensMax: 1000,
  capabilities: {
    tools: true,
    structuredOutput: true,
    jsonMode: true,
    vision: true,
    audioInput: true,
    audioOutput: true,
    files: true,
    reasoning: false,
  },
};
const deployment: Deployment = {
  modelId: "m",
  providerId: "p",
  upstreamModel: "m",
  facts,
  prices: [{ price: { input: { microPerMtok: 150_000 }, output: { microPerMtok: 600_000 } } }],
  markupBasisPoints: 0,
};
const request = (more: Partial<ChatRequest> = {}): ChatRequest => ({
  model: "m",
  messages: [{ role: "user", content: "Hello!" }],
  ...more,
});
const quoteOf = (
  more: Partial<ChatRequest> = {},
  on: Partial<Deployment> = {},
  bodyBytes = 1000,
) => {
  const quoted = boundChat({
    request: request(more),
    bodyBytes,
    deployment: { ...deployment, ...on },
    addedTokens: 0,
    now: new Date(),
    money,
  });
  const wish = quoted.wish as HoldWish;
  return {
    ...quoted,
    wish,
    /** The hold of what is available, and the output of one choice that it pays for; null when it is too little. */
    size(availableMicro: number) {
      const amountMicro = amountToHold(wish, availableMicro);
      if (amountMicro === null) return null;
      return { amountMicro, outputTokens: affordableOutputTokens(wish, amountMicro) };
    },
  };
};

/** 1000 bytes of input at 0.15. */
const INPUT_MICRO = 150;

describe("the hold", () => {
  test("covers the client's own limit in full", () => {
    const exact = INPUT_MICRO + 60;
    expect(quoteOf({ max_tokens: 100 }).size(1_000_000)).toEqual({
      amountMicro: exact,
      outputTokens: 100,
    });
    expect(quoteOf({ max_tokens: 100 }).size(exact)?.amountMicro).toBe(exact);
    expect(quoteOf({ max_tokens: 100 }).size(exact - 1)).toBeNull();
  });

  test("takes max_completion_tokens before max_tokens, and never more than the model can give", () => {
    expect(
      quoteOf({ max_tokens: 9, max_completion_tokens: 100 }).size(1_000_000)?.outputTokens,
    ).toBe(100);
    expect(quoteOf({ max_tokens: 1_000_000 }).size(1_000_000)?.outputTokens).toBe(16_384);
  });

  test("of a model whose output costs nothing covers the input", () => {
    const price = { input: { microPerMtok: 150_000 }, output: { microPerMtok: 0 } };
    const quoted = quoteOf({}, { prices: [{ price }] });
    expect(quoted.size(INPUT_MICRO)).toEqual({ amountMicro: INPUT_MICRO, outputTokens: 16_384 });
    expect(quoted.size(INPUT_MICRO - 1)).toBeNull();
    expect(affordableOutputTokens(quoted.wish, INPUT_MICRO)).toBe(16_384);
    expect(affordableOutputTokens(quoted.wish, INPUT_MICRO - 1)).toBe(0);
  });

  test("counts every choice", () => {
    expect(quoteOf({ max_tokens: 100, n: 3 }).size(1_000_000)?.amountMicro).toBe(INPUT_MICRO + 180);
  });

  test("without a limit takes an eighth of what is available for the output, at most the model's maximum", () => {
    expect(quoteOf().size(1_000_000_000)?.outputTokens).toBe(16_384);
    const hold = quoteOf().size(8000);
    expect(hold).toEqual({ amountMicro: INPUT_MICRO + 1000, outputTokens: 1666 });
  });

  test("without a limit never asks for less than the floor, and is refused when that is not there", () => {
    const floorMicro = Math.ceil(INPUT_MICRO + 256 * 0.6);
    expect(quoteOf().size(floorMicro)).toEqual({ amountMicro: floorMicro, outputTokens: 256 });
    expect(quoteOf().size(floorMicro - 1)).toBeNull();
  });

  test("of a free model is nothing", () => {
    const free = quoteOf({}, { prices: [] });
    expect(free).toMatchObject({ pinned: null, wish: null, limitedByClient: false });
    expect(free.outputTokensMax).toBe(16_384);
    expect(quoteOf({ max_tokens: 5 }, { prices: [] })).toMatchObject({
      limitedByClient: true,
      outputTokensMax: 5,
    });
  });

  test("covers speech where it is asked for, and not where it is not", () => {
    const [period] = deployment.prices;
    const price = { ...(period?.price as object), outputAudio: { microPerMtok: 6_000_000 } };
    const on = { prices: [{ price }] as Deployment["prices"] };
    const held = (modalities?: string[]) =>
      quoteOf({ max_tokens: 100, ...(modalities ? { modalities } : {}) }, on).size(1e6)
        ?.amountMicro;
    expect(held()).toBe(INPUT_MICRO + 60);
    expect(held(["text"])).toBe(INPUT_MICRO + 60);
    expect(held(["text", "audio"])).toBe(INPUT_MICRO + 600);
  });

  test("covers a prompt that the provider writes to its cache", () => {
    const [period] = deployment.prices;
    const price = { ...(period?.price as object), cacheWrite: { microPerMtok: 187_500 } };
    const prices = [{ price }] as Deployment["prices"];
    expect(quoteOf({ max_tokens: 1 }, { prices }).size(1_000_000)?.amountMicro).toBe(189);
  });

  test.each(["cacheRead", "cacheReadAudio"])("covers a prompt that meets a dear %s", (part) => {
    const [period] = deployment.prices;
    const price = { ...(period?.price as Price), [part]: { microPerMtok: 187_500 } };
    const prices = [{ price }];
    expect(quoteOf({ max_tokens: 1 }, { prices }).size(1_000_000)?.amountMicro).toBe(189);
  });

  test("covers the hour's cache writes of a request that marks its cache", () => {
    const [period] = deployment.prices;
    const price = { ...(period?.price as object), cacheWrite1h: { microPerMtok: 300_000 } };
    const on = { prices: [{ price }] as Deployment["prices"] };
    const part = { type: "text", text: "x", cache_control: { type: "ephemeral", ttl: "1h" } };
    const marked = [{ role: "user", content: [part] }] as ChatRequest["messages"];
    expect(quoteOf({ max_tokens: 1 }, on).size(1_000_000)?.amountMicro).toBe(151);
    expect(quoteOf({ max_tokens: 1, messages: marked }, on).size(1_000_000)?.amountMicro).toBe(301);
  });

  test("covers whatever the request can cost, for any request and price", () => {
    const rate = fc.record({ microPerMtok: fc.integer({ min: 0, max: 100_000_000 }) });
    fc.assert(
      fc.property(
        fc.record({
          input: rate,
          output: rate,
          cacheRead: rate,
          cacheReadAudio: rate,
          cacheWrite: rate,
          inputAudio: rate,
        }),
        fc.integer({ min: 1, max: 500_000 }),
        fc.option(fc.integer({ min: 1, max: 20_000 }), { nil: undefined }),
        fc.integer({ min: 0, max: 5000 }),
        fc.integer({ min: 0, max: 100_000_000 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (price, bodyBytes, limit, markupBasisPoints, availableMicro, part) => {
          const on = { prices: [{ price }], markupBasisPoints };
          const more = limit === undefined ? {} : { max_tokens: limit };
          const wanted = quoteOf(more, on, bodyBytes);
          const hold = wanted.size(availableMicro);
          if (hold === null) {
            expect(leastMicro(wanted.wish)).toBeGreaterThan(availableMicro);
            return;
          }
          expect(hold.amountMicro).toBeLessThanOrEqual(availableMicro);
          const prompt = inputTokensBound(request(), bodyBytes, facts, 0);
          const used = {
            ...plainUsage(prompt, hold.outputTokens),
            cacheWriteTokens: Math.floor(prompt * part),
            cachedTokens: Math.floor((prompt * (1 - part)) / 2),
            promptAudioTokens: Math.floor(prompt * part),
            cachedAudioTokens: Math.floor((prompt * part * (1 - part)) / 2),
          };
          expect(costMicro(wanted.pinned, used)).toBeLessThanOrEqual(hold.amountMicro);
          // The limit that goes upstream is worked out again from the amount alone.
          expect(affordableOutputTokens(wanted.wish, hold.amountMicro)).toBeGreaterThanOrEqual(
            hold.outputTokens,
          );
        },
      ),
    );
  });
});

describe("the input bound", () => {
  const bound = (parts: unknown[], bodyBytes: number) =>
    inputTokensBound(
      request({ messages: [{ role: "user", content: parts }] as ChatRequest["messages"] }),
      bodyBytes,
      facts,
      0,
    );

  test("is one token a byte for text, and at most the context window", () => {
    expect(bound([{ type: "text", text: "x" }], 500)).toBe(500);
    expect(bound([{ type: "text", text: "x" }], 10_000_000)).toBe(128_000);
  });

  test("allows for what providers put before tools and schemas", () => {
    const tools = [{ type: "function", function: { name: "f" } }];
    expect(inputTokensBound(request({ tools }), 200, facts, 0)).toBe(1224);
  });

  test("counts an image by what it can cost, not by its bytes", () => {
    const url = `data:image/png;base64,${"A".repeat(50_000)}`;
    expect(bound([{ type: "image_url", image_url: { url } }], url.length + 200)).toBe(1200);
  });

  test.each(["https", "gs"])("bounds what an image's place may hide, %s", (scheme) => {
    const url = `${scheme}://x.example/a`;
    const tokens = scheme === "https" ? facts.imageTokensMax + 200 - url.length : 128_000;
    expect(bound([{ type: "image_url", image_url: { url } }], 200)).toBe(tokens);
  });

  test("counts audio by its length, and a file by the context window", () => {
    const data = "A".repeat(20_000);
    expect(bound([{ type: "input_audio", input_audio: { data } }], 20_100)).toBe(1100);
    expect(bound([{ type: "file", file: { file_id: "f" } }], 100)).toBe(128_000);
  });
});

describe("what is not in the body", () => {
  const bytes = 300;
  const part = (type: string, content: object) =>
    inputTokensBound(
      request({
        messages: [{ role: "user", content: [{ type, [type]: content }] }] as never,
      }),
      bytes,
      facts,
      0,
    );

  test.each([
    ["file", { file_id: "file-1" }],
    ["video_url", { url: "https://x.example/film" }],
    ["image_url", { file_id: "file-1" }],
    ["document_url", { url: "https://x.example/doc" }],
  ])("%s is bounded by the context window", (type, content) => {
    expect(part(type, content)).toBe(facts.contextWindow);
  });

  test("speech of an earlier answer is bounded by what an answer can have", () => {
    const messages = [{ role: "assistant", audio: { id: "audio_1" } }] as ChatRequest["messages"];
    const bound = inputTokensBound(request({ messages }), bytes, facts, 0);
    expect(bound).toBe(bytes + facts.maxOutputTokens);
  });

  const plain = { addsInput: false };
  const added = (more: object, upstreamModel = "m", settings = plain) =>
    addedInputTokens(request(more), { upstreamModel, facts }, settings);

  test.each([
    ["sonar-pro", {}],
    ["perplexity/sonar", {}],
    ["gpt-4o-search-preview", {}],
    ["gpt-5-search-api", {}],
    ["o4-mini-deep-research", {}],
    ["openai/gpt-4o:online", {}],
    ["groq/compound-mini", {}],
    ["m", { web_search_options: {} }],
    ["m", { plugins: [{ id: "web" }] }],
    ["m", { tools: [{ type: "web_search" }] }],
  ])("%s with %j adds what it finds", (model, more) => {
    expect(added(more, model)).toBe(16_384);
    const bound = inputTokensBound(request(), bytes, facts, added(more, model));
    expect(bound).toBe(bytes + 16_384);
  });

  test("a provider that is said to add input does, and all others do not", () => {
    expect(added({}, "m", { addsInput: true })).toBeGreaterThan(0);
    const tools = [{ type: "function", function: { name: "search" } }];
    expect(added({ tools, web_search_options: null })).toBe(0);
    expect(added({}, "gpt-4o-mini")).toBe(0);
  });

  test("earlier input that the provider keeps is bounded by the context window", () => {
    expect(added({ previous_response_id: "resp_1" })).toBe(facts.contextWindow);
  });
});

describe("the 402", () => {
  test("of an empty account says so, and that a retry is no use", () => {
    const error = insufficientCredits(quoteOf({ max_tokens: 1000 }).wish, {
      balanceMicro: 300,
      heldMicro: 0,
    });
    expect(error).toMatchObject({
      status: 402,
      type: "insufficient_quota",
      code: "insufficient_credits",
      shouldRetry: false,
      retryAfterMs: undefined,
    });
    expect(error.message).toBe(
      "Credit balance too low: this request needs a deposit of 0.000750 and 0.000300 is available " +
        "(balance 0.000300, of which 0.000000 is held by calls in flight). " +
        "That would buy 250 output tokens: set max_tokens to at most that.",
    );
  });

  test("of credit that calls in flight hold is transient, and says how much they hold", () => {
    const error = insufficientCredits(quoteOf({ max_tokens: 1000 }).wish, {
      balanceMicro: 1000,
      heldMicro: 900,
    });
    expect(error).toMatchObject({ shouldRetry: true, retryAfterMs: 2000 });
    expect(error.message).toBe(
      "Credit balance too low: this request needs a deposit of 0.000750 and 0.000100 is available " +
        "(balance 0.001000, of which 0.000900 is held by calls in flight). " +
        "That would not buy any output tokens for this input. " +
        "Retry when the calls in flight have ended.",
    );
  });

  test("is transient as soon as the whole balance would do", () => {
    const isTransient = (balanceMicro: number) =>
      insufficientCredits(quoteOf({ max_tokens: 1000 }).wish, { balanceMicro, heldMicro: 1 })
        .shouldRetry;
    expect([isTransient(749), isTransient(750)]).toEqual([false, true]);
  });
});
