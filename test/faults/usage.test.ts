// Usage that nobody can have meant, as it stands in the provider's JSON: an estimate is charged,
// and the client is told that it is one. What can be meant is charged as it is.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { chunk, completion, DONE } from "../support/openai-wire.ts";
import { event } from "../support/sse.ts";
import { ask, type FaultHouse, type Outcome, STREAM, startFaultHouse } from "./house.ts";
import { expectSound } from "./support.ts";
import { answerBytes, SSE_TYPE, sends } from "./wire.ts";

const WORDS = "one two three";
const WORDS_TOKENS = 3;

let house: FaultHouse;
beforeAll(async () => {
  house = await startFaultHouse();
});
afterAll(() => house.close());

type Way = "whole" | "streamed";

/** Asks for an answer with this usage, written as it is into its JSON. */
function askWith(usage: string, way: Way): Promise<Outcome> {
  if (way === "whole") {
    const text = JSON.stringify(completion(WORDS, { usage: "USAGE" })).replace('"USAGE"', usage);
    return ask(house, sends(answerBytes(text, "until-close"), "fin"));
  }
  const last = event(chunk({}, "stop", { usage: "USAGE" })).replace('"USAGE"', usage);
  const text = event(chunk({ role: "assistant", content: WORDS })) + last + DONE;
  const body = { ...STREAM, stream_options: { include_usage: true } };
  return ask(house, sends(answerBytes(text, "until-close", { headers: SSE_TYPE }), "fin"), body);
}

const bothWays = (usages: string[]) =>
  usages.flatMap((usage): [string, Way][] => [
    [usage, "whole"],
    [usage, "streamed"],
  ]);

const counts = (prompt: string, completion: string) =>
  `{"prompt_tokens":${prompt},"completion_tokens":${completion}}`;

describe("an estimate is charged for", () => {
  const ABSURD = [
    counts("-9", "12"),
    counts("9", "-12"),
    counts("-9", "-12"),
    counts('"9"', "12"),
    counts("9", '"12"'),
    counts("1e300", "12"),
    counts("9", "1e999"),
    counts("9", "-1e999"),
    counts("9.5", "12"),
    counts("9", "0.1"),
    counts("9007199254740993", "12"),
    counts("9", "4294967296"),
    counts("null", "12"),
    counts("9", "null"),
    counts("[9]", "12"),
    counts("true", "12"),
    counts("{}", "12"),
    '{"prompt_tokens":9}',
    '{"completion_tokens":12}',
    '{"total_tokens":21}',
    '{"prompt_tokens":9,"total_tokens":5}',
    '{"prompt_tokens":9,"completion_tokens":12,"prompt_tokens_details":{"cached_tokens":-5}}',
    '{"prompt_tokens":9,"completion_tokens":12,"total_tokens":-21}',
    "{}",
    "[]",
    "null",
    "42",
    '"many"',
    "true",
  ];
  test.each(bothWays(ABSURD))("%s, %s", async (usage, way) => {
    const outcome = await askWith(usage, way);
    const record = await expectSound(house, outcome);
    expect(record).toMatchObject({ ending: "completed", usageSource: "estimated" });
    const { promptTokens = 0, completionTokens = 0 } = record.usage ?? {};
    expect(completionTokens).toBe(WORDS_TOKENS);
    expect(promptTokens).toBeWithin(1, 20);
    expect(record.chargedMicro).toBe(promptTokens + completionTokens);
    expect(outcome.text).toContain('"estimated":true');
  });
});

describe("the report is charged for", () => {
  const USABLE: [string, number][] = [
    [counts("9", "12"), 21],
    [counts("9.0", "1.2e1"), 21],
    [counts("0", "0"), 0],
    [counts("0", "12"), 12],
    [counts("9", "0"), 9],
    ['{"prompt_tokens":9,"total_tokens":21}', 21],
    ['{"completion_tokens":12,"total_tokens":21}', 21],
    // A total that does not add up is not asked.
    ['{"prompt_tokens":9,"completion_tokens":12,"total_tokens":5}', 21],
    [
      '{"prompt_tokens":9,"completion_tokens":12,"prompt_tokens_details":{"cached_tokens":900}}',
      21,
    ],
    [
      '{"prompt_tokens":9,"completion_tokens":12,"completion_tokens_details":{"reasoning_tokens":900}}',
      21,
    ],
    ['{"prompt_tokens":9,"completion_tokens":12,"prompt_tokens_details":null}', 21],
    ['{"prompt_tokens":9,"completion_tokens":12,"cost":-5,"unknown":{"deep":[1e300]}}', 21],
  ];
  const rows = USABLE.flatMap(([usage, charged]) =>
    bothWays([usage]).map(([, way]): [string, Way, number] => [usage, way, charged]),
  );
  test.each(rows)("%s, %s", async (usage, way, chargedMicro) => {
    const record = await expectSound(house, await askWith(usage, way));
    expect(record).toMatchObject({ ending: "completed", usageSource: "reported", chargedMicro });
  });
});

test.each<[Way, string]>([
  ["whole", "upstream_failed"],
  ["streamed", "upstream_interrupted"],
])("NaN is no JSON, and so its answer is none: %s", async (way, ending) => {
  const record = await expectSound(house, await askWith(counts("NaN", "12"), way));
  expect(record).toMatchObject({ ending, errorCode: "upstream_error" });
});
