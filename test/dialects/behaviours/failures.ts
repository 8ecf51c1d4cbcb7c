// Behaviours of answers that fail, or that nobody waits for to the end.
import { expect } from "bun:test";
import { readWire, textOf } from "../../chat/stream-support.ts";
import { post, recordOf } from "../../chat/support.ts";
import { json, type UpstreamAnswer, type UpstreamRequest } from "../../support/raw-upstream.ts";
import { within } from "../../support/wait.ts";
import {
  ask,
  type Bench,
  costOf,
  creditsText,
  expectRecord,
  expectSent,
  STREAMING,
  streamed,
} from "../bench.ts";
import {
  type Bytes,
  type ClientError,
  ERROR_ROWS,
  type ErrorRow,
  failureFor,
  masked,
} from "../driver.ts";
import { clientRequest, saying, TOKENS } from "../requests.ts";
import type { Behaviour } from "./answers.ts";

const MESSAGE = "The provider says no to this.";
const WORDS = "one two three";
/** What a cut answer's text is estimated at. */
const WORDS_TOKENS = 3;
/** What the question is estimated at: the words of two messages, and four tokens around each. */
const QUESTION_TOKENS = 12;

/** What a cut answer is charged with: input as reported, or estimated, and the words' estimate. */
const cutTokens = ({ driver }: Bench) => ({
  input: driver.tellsInputEarly ? TOKENS.input : QUESTION_TOKENS,
  cached: 0,
  output: WORDS_TOKENS,
  reasoning: 0,
});

const cutCost = (bench: Bench): number => costOf(bench.driver.price, cutTokens(bench));

const head = ({ driver }: Bench) => driver.stream(saying([WORDS])).head;

async function expectFailure(bench: Bench, response: Response, wanted: ClientError): Promise<void> {
  expect(response.status).toBe(wanted.status);
  expect(await response.json()).toEqual({ error: wanted.error });
  for (const name of ["retry-after", "retry-after-ms", "x-should-retry"]) {
    expect([name, response.headers.get(name)]).toEqual([name, wanted.headers?.[name] ?? null]);
  }
  await expectRecord(bench, response, {
    ending: "upstream_failed",
    httpStatus: wanted.status,
    errorCode: wanted.error.code,
    usageSource: "none",
    chargedMicro: 0,
    shortfallMicro: 0,
  });
}

const failing =
  (row: ErrorRow): Behaviour =>
  async (bench) => {
    const wanted = failureFor(bench.driver, row, MESSAGE);
    for (const extra of [{}, STREAMING]) {
      const answer = bench.driver.failure(row, MESSAGE);
      await expectFailure(bench, await ask(bench, "text", answer, extra), wanted);
    }
    return "ok";
  };

async function failsFirst(bench: Bench): Promise<string> {
  for (const { event, says } of bench.driver.streamFailures) {
    const answer = streamed(bench.driver, [event]);
    await expectFailure(bench, await ask(bench, "text", answer, STREAMING), says);
  }
  return "ok";
}

async function failsIn200(bench: Bench): Promise<string> {
  const { failureIn200 } = bench.driver;
  if (typeof failureIn200 === "string") return `n/a (${failureIn200})`;
  for (const extra of [{}, STREAMING]) {
    const response = await ask(bench, "text", json(failureIn200.body), extra);
    await expectFailure(bench, response, failureIn200.says);
  }
  return "ok";
}

/** A stream that breaks after its first words: an error frame, no end, and the words charged. */
async function expectBroken(
  bench: Bench,
  after: Bytes[],
  error: ClientError["error"],
  ending: UpstreamAnswer["ending"] = "end",
): Promise<string> {
  const seen = Promise.withResolvers<void>();
  // Bytes that come together with the connection's end may be lost with it.
  const pieces = async function* () {
    yield* head(bench);
    await seen.promise;
    yield* after;
  };
  const answer = streamed(bench.driver, pieces(), ending);
  const response = await ask(bench, "text", answer, STREAMING);
  expect(response.status).toBe(200);
  const wire = readWire(await readNoticing(response, WORDS, seen.resolve));
  expect(textOf(wire)).toBe(WORDS);
  expect(wire.errors).toEqual([{ error }]);
  expect(wire.isDone).toBe(false);
  expect(wire.comments[0]).toStartWith(`x-credits-used=${creditsText(cutCost(bench))} `);
  await expectRecord(bench, response, {
    ending: "upstream_interrupted",
    httpStatus: 200,
    errorCode: error.code,
    usageSource: "estimated",
    chargedMicro: cutCost(bench),
    shortfallMicro: 0,
  });
  return "ok";
}

/** The whole body; calls back when these words have come. */
async function readNoticing(response: Response, words: string, onSeen: () => void) {
  const decoder = new TextDecoder();
  let text = "";
  for await (const bytes of response.body ?? []) {
    text += decoder.decode(bytes, { stream: true });
    if (text.includes(words)) onSeen();
  }
  return text;
}

async function failsMidStream(bench: Bench): Promise<string> {
  for (const { event, says } of bench.driver.streamFailures) {
    await expectBroken(bench, [event], says.error);
  }
  return "ok";
}

const BROKE_OFF = masked(
  502,
  "upstream_error",
  "The provider broke off its answer (ECONNRESET).",
).error;
const ENDED_EARLY = masked(502, "upstream_error", "The provider's answer ended early.").error;

const cut = (bench: Bench): Promise<string> => expectBroken(bench, [], BROKE_OFF, "cut");

const endsEarly = (bench: Bench): Promise<string> => expectBroken(bench, [], ENDED_EARLY);

/** The client leaves after the first words: the upstream is closed, and the words are charged. */
async function abort(bench: Bench): Promise<string> {
  const { driver, server, upstream } = bench;
  const words = head(bench);
  const waiting = async function* (request: UpstreamRequest) {
    yield* words;
    await request.closed;
  };
  upstream.answer((request) => streamed(driver, waiting(request)));
  const leaving = new AbortController();
  const body = { ...clientRequest(driver, "text"), ...STREAMING };
  const response = await post(server, body, { signal: leaving.signal });
  expectSent(bench, "text", true);
  const reader = response.body?.getReader();
  const decoder = new TextDecoder();
  for (let text = ""; !text.includes(WORDS); ) {
    const read = await within(reader?.read() ?? Promise.reject(), "the first words");
    if (read.done) throw new Error(`the stream ended: ${text}`);
    text += decoder.decode(read.value, { stream: true });
  }
  leaving.abort();
  const sent = upstream.requests.at(-1);
  await within(sent?.closed ?? Promise.reject(), "the upstream closed", 1_000);
  const record = await recordOf(server, response.headers.get("x-request-id") ?? "");
  expect(record).toMatchObject({
    ending: "client_left",
    httpStatus: 499,
    usageSource: "estimated",
    chargedMicro: cutCost(bench),
  });
  return "ok";
}

const rows = ERROR_ROWS.map((row) => [row === 503 ? "503/529" : `${row}`, failing(row)] as const);

export const FAILURES: Record<string, Behaviour> = {
  abort,
  ...Object.fromEntries(rows.map(([row, run]) => [`error ${row}`, run])),
  "error in a 200": failsIn200,
  "error first": failsFirst,
  "error mid-stream": failsMidStream,
  cut,
  "end too early": endsEarly,
};
