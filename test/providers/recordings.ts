// The recorded answers of test/fixtures, and a server that sends them.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ApiError } from "../../src/base/errors.ts";
import type {
  UpstreamCall,
  UpstreamChunk,
  UpstreamCompletion,
} from "../../src/providers/protocol.ts";
import { HTTP_END, httpChunk } from "../support/http-bytes.ts";
import { DIALECTS, type RecordedDialect } from "./recorded-dialects.ts";
import { callOf, chunksIn, collect, type RawServer, rawServer } from "./support.ts";

const ROOT = join(import.meta.dir, "../fixtures/recorded");
const never = new AbortController().signal;

export interface Recording {
  /** Its folder and its file's name. */
  name: string;
  dialect: RecordedDialect;
  whole: string;
  stream: string;
  call: UpstreamCall;
}

/** All of them, each folder's under its dialect. */
export function allRecordings(): Recording[] {
  return readdirSync(ROOT).sort().flatMap(recordingsIn);
}

function recordingsIn(folder: string): Recording[] {
  const dialect = DIALECTS[folder];
  if (dialect === undefined) throw new Error(`no dialect is known for ${folder}`);
  const read = (file: string) => readFileSync(join(ROOT, folder, file), "utf8");
  const files = readdirSync(join(ROOT, folder));
  const names = new Set(files.map((file) => file.split(".")[0] ?? ""));
  return [...names].sort().map((name) => {
    const request = `${name}.request.json`;
    const asked = files.includes(request) ? JSON.parse(read(request)) : {};
    const { upstreamModel = dialect.model, ...fields } = asked;
    return {
      name: `${folder}/${name}`,
      dialect,
      whole: read(`${name}.whole.json`),
      stream: read(`${name}.${dialect.streamFile}`),
      call: callOf(fields, { upstreamModel, maxOutputTokens: 4_000 }),
    };
  });
}

/** Sends what it is told to; one answer at a time. */
export interface RecordingServer extends AsyncDisposable {
  whole(recording: Recording, body?: string): Promise<UpstreamCompletion>;
  /** @param breaks the connection is cut instead of ending */
  stream(recording: Recording, pieces: Uint8Array[], breaks?: boolean): Promise<UpstreamChunk[]>;
}

export async function openRecordingServer(): Promise<RecordingServer> {
  let script: { type: string; pieces: Uint8Array[]; breaks: boolean };
  const server: RawServer = await rawServer(async (socket) => {
    const { type, pieces, breaks } = script;
    socket.setNoDelay(true);
    // Closed after each answer: one that is used again could be cut by the answer before.
    const head = ["HTTP/1.1 200 OK", `content-type: ${type}`, "transfer-encoding: chunked"];
    socket.write(`${[...head, "connection: close"].join("\r\n")}\r\n\r\n`);
    for (const piece of pieces) {
      if (piece.length > 0) socket.write(httpChunk(piece));
      // Otherwise the pieces would reach the reader as one.
      if (pieces.length > 1) await new Promise(setImmediate);
    }
    if (breaks) socket.destroy();
    else socket.end(HTTP_END);
  });
  return {
    whole({ dialect, call, whole }, body = whole) {
      const bytes = new TextEncoder().encode(body);
      script = { type: "application/json", pieces: [bytes], breaks: false };
      return dialect.adapter(server.url).complete(call, never);
    },
    stream({ dialect, call }, pieces, breaks = false) {
      script = { type: dialect.contentType, pieces, breaks };
      return collect(chunksIn(dialect.adapter(server.url).stream(call, never)));
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

/** Null for a failure as the protocol has it; anything else that was thrown is thrown again. */
export function onlyApiError(error: unknown): null {
  if (!(error instanceof ApiError)) throw error;
  return null;
}
