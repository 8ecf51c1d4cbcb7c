// Recorded answers, whole and streamed, through the real adapters: both say the same, in any cut,
// and a stream that stops short never passes for the whole.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as fc from "fast-check";
import type { TokenUsage } from "../../src/base/chat.ts";
import { ApiError } from "../../src/base/errors.ts";
import type { UpstreamCall, UpstreamChunk } from "../../src/providers/protocol.ts";
import { DIALECTS, type RecordedDialect } from "./recorded-dialects.ts";
import { callOf, collect, HTTP_END, httpChunk, type RawServer, rawServer } from "./support.ts";

const ROOT = join(import.meta.dir, "../fixtures/recorded");
const never = new AbortController().signal;

/** How often each recording is replayed in random cuts, and cut short. */
const RUNS = 12;

/** Where each event ends the answer by its own word, no cut can be told from the end. */
const ENDS_ANYWHERE: ReadonlySet<string> = new Set(["gemini/repeated-finish"]);

interface Recording {
  /** Its folder and its file's name. */
  name: string;
  whole: string;
  stream: Uint8Array;
  call: UpstreamCall;
}

type Fields = Record<string, unknown>;

/** What a client makes of an answer; ids of the gateway's own making are as good as each other. */
interface Outcome {
  choices: Fields[];
  usage: TokenUsage | null;
}

/** What the server does with the next connection: pieces to send, then how to end. */
let script: { head: string; pieces: Uint8Array[]; breaks: boolean };
let server: RawServer;

beforeAll(async () => {
  server = await rawServer(async (socket) => {
    socket.setNoDelay(true);
    socket.write(script.head);
    for (const piece of script.pieces) {
      if (piece.length > 0) socket.write(httpChunk(piece));
      // Otherwise the pieces would reach the reader as one.
      await new Promise(setImmediate);
    }
    if (script.breaks) socket.destroy();
    else socket.end(HTTP_END);
  });
});

afterAll(() => server[Symbol.asyncDispose]());

for (const folder of readdirSync(ROOT).sort()) {
  describe(`recorded answers of ${folder}`, () => {
    const dialect = DIALECTS[folder];
    if (dialect === undefined) throw new Error(`no dialect is known for ${folder}`);
    for (const recording of recordingsOf(folder, dialect)) {
      test(recording.name, () => replay(dialect, recording));
    }
  });
}

async function replay(dialect: RecordedDialect, recording: Recording): Promise<void> {
  const whole = await askWhole(dialect, recording);
  expect(saysSomething(whole)).toBe(true);
  expect(await askStream(dialect, recording, [recording.stream])).toEqual(whole);
  const place = fc.integer({ min: 1, max: recording.stream.length - 1 });
  await fc.assert(
    fc.asyncProperty(fc.array(place, { minLength: 1, maxLength: 6 }), async (places) => {
      const pieces = cutAt(recording.stream, places);
      expect(await askStream(dialect, recording, pieces)).toEqual(whole);
    }),
    { numRuns: RUNS },
  );
  if (ENDS_ANYWHERE.has(recording.name)) return;
  await fc.assert(
    fc.asyncProperty(place, fc.boolean(), async (end, breaks) => {
      const cut = recording.stream.subarray(0, end);
      const outcome = await askStream(dialect, recording, [cut], breaks).catch(onlyApiError);
      // Usage or a last word may be missing, but nothing of the answer.
      if (outcome !== null) expect(outcome.choices).toEqual(whole.choices);
    }),
    { numRuns: RUNS },
  );
  const start = recording.stream.subarray(0, 1);
  expect(await askStream(dialect, recording, [start]).catch(onlyApiError)).toBe(null);
}

function recordingsOf(folder: string, dialect: RecordedDialect): Recording[] {
  const read = (file: string) => readFileSync(join(ROOT, folder, file), "utf8");
  const files = readdirSync(join(ROOT, folder));
  const names = new Set(files.map((file) => file.split(".")[0] ?? ""));
  return [...names].sort().map((name) => {
    const asked = files.includes(`${name}.request.json`)
      ? JSON.parse(read(`${name}.request.json`))
      : {};
    const { upstreamModel = dialect.model, ...request } = asked;
    return {
      name: `${folder}/${name}`,
      whole: read(`${name}.whole.json`),
      stream: dialect.encode(read(`${name}.${dialect.streamFile}`)),
      call: callOf(request, { upstreamModel, maxOutputTokens: 4_000 }),
    };
  });
}

async function askWhole(dialect: RecordedDialect, recording: Recording): Promise<Outcome> {
  const body = new TextEncoder().encode(recording.whole);
  script = { head: headOf("application/json"), pieces: [body], breaks: false };
  const answer = await dialect.adapter(server.url).complete(recording.call, never);
  const choices = answer.completion.choices.map(({ index, message, finish_reason }) =>
    outcomeOf(recording, { ...message, index, finish_reason }),
  );
  return { choices, usage: answer.usage };
}

async function askStream(
  dialect: RecordedDialect,
  recording: Recording,
  pieces: Uint8Array[],
  breaks = false,
): Promise<Outcome> {
  script = { head: headOf(dialect.contentType), pieces, breaks };
  const chunks = await collect(dialect.adapter(server.url).stream(recording.call, never));
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

function headOf(contentType: string): string {
  return `HTTP/1.1 200 OK\r\ncontent-type: ${contentType}\r\ntransfer-encoding: chunked\r\n\r\n`;
}

function onlyApiError(error: unknown): null {
  if (!(error instanceof ApiError)) throw error;
  return null;
}
