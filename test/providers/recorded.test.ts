// Recorded answers, whole and streamed, through the real adapters: both say the same, in any cut,
// and a stream that stops short never passes for the whole.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import * as fc from "fast-check";
import type { TokenUsage } from "../../src/base/chat.ts";
import type { UpstreamChunk } from "../../src/providers/protocol.ts";
import {
  allRecordings,
  onlyApiError,
  openRecordingServer,
  type Recording,
  type RecordingServer,
} from "./recordings.ts";

/** How often each recording is replayed in random cuts, and cut short. */
const RUNS = 12;

/** Where each event ends the answer by its own word, no cut can be told from the end. */
const ENDS_ANYWHERE: ReadonlySet<string> = new Set(["gemini/repeated-finish"]);

type Fields = Record<string, unknown>;

/** What a client makes of an answer; ids of the gateway's own making are as good as each other. */
interface Outcome {
  choices: Fields[];
  usage: TokenUsage | null;
}

let server: RecordingServer;

beforeAll(async () => {
  server = await openRecordingServer();
});

afterAll(() => server[Symbol.asyncDispose]());

describe("recorded answers", () => {
  test.each(allRecordings().map((recording) => [recording.name, recording] as const))(
    "%s",
    (_name, recording) => replay(recording),
  );
});

async function replay(recording: Recording): Promise<void> {
  const stream = recording.dialect.encode(recording.stream);
  const whole = await askWhole(recording);
  expect(saysSomething(whole)).toBe(true);
  expect(await askStream(recording, [stream])).toEqual(whole);
  const place = fc.integer({ min: 1, max: stream.length - 1 });
  await fc.assert(
    fc.asyncProperty(fc.array(place, { minLength: 1, maxLength: 6 }), async (places) => {
      expect(await askStream(recording, cutAt(stream, places))).toEqual(whole);
    }),
    { numRuns: RUNS },
  );
  if (ENDS_ANYWHERE.has(recording.name)) return;
  await fc.assert(
    fc.asyncProperty(place, fc.boolean(), async (end, breaks) => {
      const cut = [stream.subarray(0, end)];
      const outcome = await askStream(recording, cut, breaks).catch(onlyApiError);
      // Usage or a last word may be missing, but nothing of the answer.
      if (outcome !== null) expect(outcome.choices).toEqual(whole.choices);
    }),
    { numRuns: RUNS },
  );
  const start = [stream.subarray(0, 1)];
  expect(await askStream(recording, start).catch(onlyApiError)).toBe(null);
}

async function askWhole(recording: Recording): Promise<Outcome> {
  const { completion, usage } = await server.whole(recording);
  const choices = completion.choices.map(({ index, message, finish_reason }) =>
    outcomeOf(recording, { ...message, index, finish_reason }),
  );
  return { choices, usage };
}

async function askStream(
  recording: Recording,
  pieces: Uint8Array[],
  breaks = false,
): Promise<Outcome> {
  const chunks = await server.stream(recording, pieces, breaks);
  const usages = chunks.map(({ usage }) => usage).filter((usage) => usage !== null);
  return { choices: joined(chunks, recording), usage: usages.at(-1) ?? null };
}

/** The chunks put together as OpenAI's clients do. */
function joined(chunks: UpstreamChunk[], recording: Recording): Fields[] {
  const choices: Fields[] = [];
  for (const { index, delta, finish_reason } of chunks.flatMap(({ chunk }) => chunk.choices)) {
    const choice: Fields = choices[index] ?? { index, tool_calls: [], finish_reason: null };
    choices[index] = choice;
    for (const field of ["content", "refusal", "reasoning_content"]) {
      const piece = (delta as Fields)[field];
      if (typeof piece === "string") choice[field] = `${choice[field] ?? ""}${piece}`;
    }
    for (const piece of delta.tool_calls ?? []) joinCall(choice.tool_calls as Fields[], piece);
    // A second one would be joined to the first by some clients.
    if (finish_reason) choice.finish_reason = `${choice.finish_reason ?? ""}${finish_reason}`;
  }
  return choices.map((choice) => outcomeOf(recording, choice));
}

function joinCall(calls: Fields[], given: object): void {
  const piece = given as Fields;
  const call = calls[Number(piece.index)] ?? {};
  calls[Number(piece.index)] = call;
  for (const field of ["id", "type"]) {
    if (field in piece) call[field] = `${call[field] ?? ""}${piece[field]}`;
  }
  for (const kind of ["function", "custom"]) {
    if (!(kind in piece)) continue;
    const known = (call[kind] ?? {}) as Fields;
    call[kind] = known;
    for (const [field, text] of Object.entries(piece[kind] as Fields)) {
      known[field] = `${known[field] ?? ""}${text}`;
    }
  }
}

/** Empty and absent texts are the same to a client. */
function outcomeOf({ whole }: Recording, said: Fields): Fields {
  const calls = (said.tool_calls ?? []) as Fields[];
  return {
    index: said.index,
    content: said.content || "",
    refusal: said.refusal || "",
    reasoning: said.reasoning_content || "",
    finish_reason: said.finish_reason,
    calls: calls.map(({ id, type, function: fn, custom }) => ({
      id: whole.includes(String(id).replace(/^gid-/, "")) ? id : "made by the gateway",
      type,
      function: fn && { ...(fn as Fields), arguments: asValue((fn as Fields).arguments) },
      custom,
    })),
  };
}

/** A stream may bring arguments with other white space than the whole answer. */
function asValue(json: unknown): unknown {
  return json === "" ? "" : JSON.parse(String(json));
}

/** Only what was stopped, by a limit or a filter, may be empty. */
function saysSomething({ choices, usage }: Outcome): boolean {
  return choices.every(
    ({ content, refusal, calls, finish_reason }) =>
      content !== "" ||
      refusal !== "" ||
      (calls as unknown[]).length > 0 ||
      finish_reason !== "stop" ||
      (usage?.completionTokens ?? 0) > 0,
  );
}

function cutAt(bytes: Uint8Array, places: number[]): Uint8Array[] {
  const ends = [...places].sort((one, other) => one - other);
  return [0, ...ends].map((from, piece) => bytes.subarray(from, ends[piece]));
}
