// The Gemini adapter's streams over HTTP: split anywhere, cut, refused, left.
import { describe, expect, test } from "bun:test";
import type { ApiError } from "../../../src/base/errors.ts";
import type { UpstreamChunk } from "../../../src/providers/protocol.ts";
import {
  chunksIn,
  collect,
  eventually,
  HTTP_END,
  httpChunk,
  rawServer,
  rejection,
  SSE_HEAD,
} from "../support.ts";
import { sendPieces } from "../transport-support.ts";
import {
  adapterFor,
  answerOf,
  callTo,
  events,
  json,
  never,
  PRO_3,
  scripted,
  sse,
  textOf,
  usageMetadata,
} from "./support.ts";

describe("streams", () => {
  test("characters and events split anywhere", async () => {
    const text = "Grüße, 世界 🌍!";
    const body = sse([answerOf([{ text }]), answerOf([{ text }], "STOP", usageMetadata)]);
    for (const size of [1, 2, 3, 7, 64]) {
      await using server = await rawServer((socket) => sendPieces(socket, body, size));
      const chunks = await collect(chunksIn(adapterFor(server.url).stream(callTo(PRO_3), never)));
      expect(textOf(chunks)).toBe(text + text);
      expect(chunks.findLast(({ usage }) => usage !== null)?.usage?.promptTokens).toBe(2);
      expect(chunks.at(-1)?.chunk.choices[0]?.finish_reason).toBe("stop");
    }
  });

  test("a stream that is cut fails; what came, and its usage, is given first", async () => {
    const half = sse([answerOf([{ text: "half" }], undefined, usageMetadata)]);
    for (const end of [HTTP_END, ""]) {
      await using server = await rawServer((socket) => {
        socket.write(SSE_HEAD);
        socket.write(httpChunk(half));
        setTimeout(() => socket.end(end), 30);
      });
      const got: UpstreamChunk[] = [];
      const read = async () => {
        for await (const chunk of chunksIn(adapterFor(server.url).stream(callTo(PRO_3), never))) {
          got.push(chunk);
        }
      };
      const error = await rejection(read());
      expect([(error as ApiError).status, textOf(got)]).toEqual([502, "half"]);
      expect(got[0]?.usage?.promptTokens).toBe(2);
    }
  });

  test("errors: by status, in an array, as JSON under 200, as a frame", async () => {
    const quota = {
      error: {
        code: 429,
        message: "You exceeded your current quota",
        status: "RESOURCE_EXHAUSTED",
        details: [{ retryDelay: "3s" }],
      },
    };
    using server = scripted(
      json(quota, 429),
      json([quota], 429),
      json([quota]),
      events(quota),
      events([quota]),
      json({ id: "x" }),
    );
    const adapter = adapterFor(server.base);
    for (let turn = 0; turn < 5; turn++) {
      const error = (await rejection(
        collect(chunksIn(adapter.stream(callTo(PRO_3), never))),
      )) as ApiError;
      expect([error.status, error.code, error.retryAfterMs]).toEqual([
        429,
        "rate_limit_exceeded",
        3_000,
      ]);
    }
    const last = await rejection(collect(chunksIn(adapter.stream(callTo(PRO_3), never))));
    expect((last as ApiError).message).toBe("The provider did not answer with a stream.");
  });

  test("leaving the loop and aborting close the upstream within a second", async () => {
    await using server = await rawServer((socket) => {
      socket.write(SSE_HEAD);
      socket.write(httpChunk(sse([answerOf([{ text: "a" }])])));
    });
    const adapter = adapterFor(server.url);
    for await (const { chunk } of chunksIn(adapter.stream(callTo(PRO_3), never))) {
      expect(chunk.model).toBe("gemini-x");
      break;
    }
    expect(await eventually(() => server.open === 0, 1_000)).toBe(true);
    for (const method of ["stream", "complete"] as const) {
      const client = new AbortController();
      const reason = new Error(`left during ${method}`);
      setTimeout(() => client.abort(reason), 40);
      const run =
        method === "stream"
          ? collect(chunksIn(adapter.stream(callTo(PRO_3), client.signal)))
          : adapter.complete(callTo(PRO_3), client.signal);
      expect(await rejection(run)).toBe(reason);
      expect(await eventually(() => server.open === 0, 1_000)).toBe(true);
    }
  });
});
