// What is charged of what was reported: counts never shrink, one piece's usage is not the whole's, and a byte has at most
// one token.
import { beforeEach, describe, expect, test } from "bun:test";
import type { TokenUsage } from "../../src/base/chat.ts";
import { plainUsage } from "../../src/metering/estimate.ts";
import { type Measured, measureAnswer } from "../../src/metering/measure.ts";
import { createMeter } from "../../src/metering/meter.ts";
import { createLogger } from "../../src/telemetry/log.ts";
import { piece, whole } from "../calls/call-house.ts";

let warnings: Record<string, unknown>[];
let doubted: string[];
let counted: number;
beforeEach(() => {
  warnings = [];
  doubted = [];
  counted = 0;
});

const FACTS = { contextWindow: 1_000_000, maxOutputTokens: 10_000, imageTokensMax: 1_000 };

interface Question {
  request?: object;
  bodyBytes?: number;
  model?: string;
  addsInput?: boolean;
}

/** Measures with a tokenizer of one token a word. */
async function measure(
  meter: ReturnType<typeof createMeter>,
  question: Question = {},
): Promise<Measured> {
  const { request = {}, bodyBytes = 60, model = "m", addsInput = false } = question;
  const call = {
    input: {
      request: { model: "m", messages: [{ role: "user", content: "hi" }], ...request },
      bodyBytes,
      log: createLogger("warn", { write: (line) => void warnings.push(JSON.parse(line)) }),
    },
    candidate: {
      deployment: { providerId: "p", upstreamModel: model, facts: FACTS },
      settings: { addsInput },
    },
  };
  const countTokens = async (text: string) => {
    counted++;
    return text.split(" ").filter((word) => word !== "").length;
  };
  const metrics = { usageDoubted: (id: string) => void doubted.push(id) };
  return await measureAnswer({ countTokens, metrics } as never, call as never, meter);
}

type Said = [words: number, usage: TokenUsage | null, isFinal?: boolean];

/** A stream that said so many words in each piece, with usage. */
function streamed(...pieces: Said[]) {
  const meter = createMeter();
  for (const [words, usage, usageIsFinal = true] of pieces) {
    meter.add(piece({ content: "word ".repeat(words) }, { usage, usageIsFinal }));
  }
  return meter;
}

const reported = (usage: Partial<TokenUsage>): Measured => ({
  source: "reported",
  reportedCostMicro: null,
  usage: expect.objectContaining(usage),
});
const estimated = (usage: Partial<TokenUsage>): Measured => ({
  source: "estimated",
  reportedCostMicro: null,
  usage: expect.objectContaining(usage),
});

describe("several reports in a stream:", () => {
  test("zeros after real usage do not win", async () => {
    const meter = streamed([3, plainUsage(9, 12)], [0, plainUsage(0, 0)]);
    expect(await measure(meter)).toEqual(reported({ promptTokens: 9, completionTokens: 12 }));
  });

  test("a smaller report does not win, count by count", async () => {
    const early = { ...plainUsage(9, 5), cachedTokens: 4 };
    const later = { ...plainUsage(7, 12), reasoningTokens: 3 };
    const meter = streamed([3, early], [2, later]);
    const most = { promptTokens: 9, completionTokens: 12, cachedTokens: 4, reasoningTokens: 3 };
    expect(await measure(meter)).toEqual(reported(most));
  });

  test("cumulative usage in every piece is charged as reported, without counting", async () => {
    const pieces = Array.from({ length: 50 }, (_, at): Said => [1, plainUsage(9, at + 1)]);
    expect(await measure(streamed(...pieces, [0, plainUsage(9, 50)]))).toEqual(
      reported({ promptTokens: 9, completionTokens: 50 }),
    );
    expect(counted).toBe(0);
  });

  test("cumulative usage of two choices, each counted by itself until the end, is the end's", async () => {
    const both = Array.from(
      { length: 40 },
      (_, at): Said => [1, plainUsage(9, Math.floor(at / 2) + 1)],
    );
    expect(await measure(streamed(...both, [0, plainUsage(9, 40)]))).toEqual(
      reported({ completionTokens: 40 }),
    );
  });

  test.each([
    ["always the same", [1, 1, 1]],
    ["always nothing", [0, 0, 0]],
    ["shrinking", [1, 1, 0]],
  ])("usage of each piece alone, %s, is not that of the whole", async (_what, counts) => {
    const meter = streamed(...counts.map((count): Said => [1, plainUsage(9, count)]));
    expect(await measure(meter)).toEqual(estimated({ promptTokens: 9, completionTokens: 3 }));
  });

  test("nor where the largest of them comes last", async () => {
    const counts = Array.from({ length: 20 }, (_, at) => (at === 19 ? 6 : 5));
    const meter = streamed(...counts.map((count): Said => [5, plainUsage(9, count)]));
    expect(await measure(meter)).toEqual(estimated({ promptTokens: 9, completionTokens: 100 }));
  });

  test("a final report after an early one covers all, however little it grew", async () => {
    const meter = streamed([0, plainUsage(9, 1), false], [1, null], [0, plainUsage(9, 1)]);
    expect(await measure(meter)).toEqual(reported({ promptTokens: 9, completionTokens: 1 }));
  });

  test("text after the last report is counted", async () => {
    const meter = streamed([5, plainUsage(9, 5)], [5, null]);
    expect(await measure(meter)).toEqual(estimated({ promptTokens: 9, completionTokens: 10 }));
  });

  test("a single report is believed, whatever the text: tokenizers differ, and 0 may be meant", async () => {
    expect(await measure(streamed([100, plainUsage(9, 0)]))).toEqual(
      reported({ promptTokens: 9, completionTokens: 0 }),
    );
  });

  test("citations beside an answer do not make its usage look like a part", async () => {
    const meter = streamed([3, plainUsage(9, 2)]);
    meter.add(piece({ annotations: ["x".repeat(5_000)] }, { usage: plainUsage(9, 4) }));
    expect(await measure(meter)).toEqual(reported({ completionTokens: 4 }));
  });
});

test("what comes while it is counted is not charged: nobody is given it", async () => {
  const meter = streamed([3, null]);
  const measuring = measure(meter);
  meter.add(piece({ content: "word ".repeat(5) }));
  expect(await measuring).toEqual(estimated({ completionTokens: 3 }));
});

test("the largest cost that the provider gave counts, and nonsense does not", async () => {
  const meter = createMeter();
  for (const cost of [5, 2_167.75, Number.NaN, -3, 1e12, 0, null]) {
    meter.add(piece({ content: "word " }, { reportedCostMicro: cost }));
  }
  expect(await measure(meter)).toMatchObject({ reportedCostMicro: 2_167.75 });
});

describe("more input than the request's bytes can be", () => {
  const MUCH = plainUsage(400_000, 12);
  const answer = (usage: TokenUsage) => {
    const meter = createMeter();
    meter.addWhole(whole({ content: "one two three" }, { usage }));
    return meter;
  };

  test("is not believed: the input is estimated, the output kept, and the operator told", async () => {
    const measured = await measure(answer({ ...MUCH, cachedTokens: 300_000 }));
    expect(measured).toEqual(
      estimated({ promptTokens: 1 + 4, cachedTokens: 0, completionTokens: 12 }),
    );
    expect(doubted).toEqual(["p"]);
    expect(warnings).toEqual([
      expect.objectContaining({ level: 40, reportedTokens: 400_000, possibleTokens: 60 + 1024 }),
    ]);
  });

  const believers: [string, Question][] = [
    ["a model that searches", { model: "sonar-pro" }],
    ["a model's search variant", { model: "openai/gpt-4o:online" }],
    ["a search that was asked for", { request: { web_search_options: {} } }],
    ["input that the provider keeps", { request: { previous_response_id: "r" } }],
    ["a provider that is said to add input", { addsInput: true }],
    ["a request that is as long", { bodyBytes: 400_000 }],
    [
      "a file",
      {
        request: {
          messages: [{ role: "user", content: [{ type: "file", file: { file_id: "f" } }] }],
        },
      },
    ],
  ];
  test.each(believers)("is believed of %s", async (_what, question) => {
    expect(await measure(answer(MUCH), question)).toEqual(reported({ promptTokens: 400_000 }));
    expect([doubted, warnings]).toEqual([[], []]);
  });

  test("is believed as far as hidden instructions go, and not a token further", async () => {
    expect(await measure(answer(plainUsage(60 + 1024, 12)))).toEqual(reported({}));
    expect(await measure(answer(plainUsage(60 + 1025, 12)))).toEqual(estimated({}));
  });

  test("is believed of pictures, as far as the model's facts may be off", async () => {
    const picture = { type: "image_url", image_url: { url: "data:image/png;base64,AAAA" } };
    const request = { messages: [{ role: "user", content: [picture] }] };
    const question = { request, bodyBytes: 100 };
    expect(await measure(answer(plainUsage(4_000, 12)), question)).toEqual(reported({}));
    expect(await measure(answer(plainUsage(8_000, 12)), question)).toEqual(estimated({}));
  });
});
