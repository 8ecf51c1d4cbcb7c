// Recorded answers with members that are null, missing or of another kind: an answer or an ApiError
// comes of each, never another error, and never a call that no client could read.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import * as fc from "fast-check";
import type { UpstreamChunk, UpstreamCompletion } from "../../src/providers/protocol.ts";
import {
  allRecordings,
  onlyApiError,
  openRecordingServer,
  type Recording,
  type RecordingServer,
} from "./recordings.ts";

/** How often each recording is damaged at random, whole and streamed. */
const RUNS = 30;

let server: RecordingServer;

beforeAll(async () => {
  server = await openRecordingServer();
});

afterAll(() => server[Symbol.asyncDispose]());

const MISSING = Symbol("missing");

interface Damage {
  /** Which of all members, as a share of their number. */
  place: number;
  value: unknown;
}

const damage: fc.Arbitrary<Damage> = fc.record({
  place: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
  value: fc.oneof(
    fc.constantFrom(null, MISSING, 0, -1, 1.5, "", "x", true, [], {}, [null], { a: null }),
    fc.jsonValue({ maxDepth: 2 }),
  ),
});
const damages = fc.array(damage, { minLength: 1, maxLength: 3 });

describe("damaged answers", () => {
  test.each(allRecordings().map((recording) => [recording.name, recording] as const))(
    "%s",
    async (_name, recording) => {
      const members = membersOf(JSON.parse(recording.whole)).length;
      for (let member = 0; member < members; member++) {
        await tryWhole(recording, [{ place: (member + 0.5) / members, value: null }]);
      }
      await fc.assert(
        fc.asyncProperty(damages, (all) => tryWhole(recording, all)),
        { numRuns: RUNS },
      );
      await fc.assert(
        fc.asyncProperty(damages, (all) => tryStream(recording, all)),
        { numRuns: RUNS },
      );
    },
  );
});

async function tryWhole(recording: Recording, all: Damage[]): Promise<void> {
  const body = JSON.stringify(damaged(JSON.parse(recording.whole), all));
  const answer = await server.whole(recording, body).catch(onlyApiError);
  if (answer !== null) expectCalls(callsOf(answer));
}

async function tryStream(recording: Recording, all: Damage[]): Promise<void> {
  const { dialect, stream } = recording;
  const text = dialect.mapEvents(stream, (events) => damaged(events, all) as unknown[]);
  const chunks = await server.stream(recording, [dialect.encode(text)]).catch(onlyApiError);
  if (chunks !== null) expectCalls(chunks.flatMap(startedCalls));
}

/** The value with its damages; the list of a stream's events stays one. */
function damaged(root: unknown, all: Damage[]): unknown {
  const value = structuredClone(root);
  for (const { place, value: next } of all) {
    const members = membersOf(value);
    const [holder, key] = members[Math.floor(place * members.length)] ?? [];
    if (holder === undefined || key === undefined) continue;
    const fields = holder as Record<string | number, unknown>;
    if (next !== MISSING) fields[key] = structuredClone(next);
    else if (Array.isArray(holder)) holder.splice(Number(key), 1);
    else delete fields[key];
  }
  return value;
}

/** Every member of every object and list in it. */
function membersOf(value: unknown): [object, string | number][] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => [[value, key], ...membersOf(inner)]);
}

type Call = { id?: unknown; type?: unknown; function?: object; custom?: object };

function callsOf({ completion }: UpstreamCompletion): Call[] {
  return completion.choices.flatMap(({ message }) => message.tool_calls ?? []);
}

function startedCalls({ chunk }: UpstreamChunk): Call[] {
  return chunk.choices.flatMap(({ delta }) => delta.tool_calls ?? []).filter(({ id }) => id);
}

/** Clients read these without looking. */
function expectCalls(calls: readonly Call[]): void {
  for (const call of calls) {
    const {
      name,
      arguments: args,
      input,
    } = (call.function ?? call.custom ?? {}) as {
      [field: string]: unknown;
    };
    expect([typeof call.id, typeof name, typeof (args ?? input)]).toEqual([
      "string",
      "string",
      "string",
    ]);
  }
}
