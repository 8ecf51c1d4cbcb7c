// Streams over bare sockets: cut, split, left, aborted, and connections used again.
import { expect, test } from "bun:test";
import { ApiError } from "../../../src/base/errors.ts";
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
import {
  adapterFor,
  claudeCall,
  END,
  event,
  eventsText,
  never,
  saying,
  start,
  stopWith,
  textBlock,
  textOf,
  tokens,
} from "./support.ts";

test("give what came, the reported input with it, then fail", async () => {
  await using server = await rawServer((socket) => {
    const events = [start(), ...textBlock(0, "half")];
    socket.end(`${SSE_HEAD}${httpChunk(eventsText(events))}${HTTP_END}`);
  });
  const got: UpstreamChunk[] = [];
  const read = async () => {
    for await (const chunk of chunksIn(adapterFor(server.url).stream(claudeCall(), never))) {
      got.push(chunk);
    }
  };
  expect(await rejection(read())).toBeInstanceOf(ApiError);
  expect(textOf(got)).toBe("half");
  expect(got[0]?.usage).toEqual(tokens({ promptTokens: 10, completionTokens: 1 }));
});

test("characters and events may be split anywhere", async () => {
  const bytes = Buffer.from(eventsText(saying("Zürich – 東京 🙂", "!")).replaceAll("\n", "\r\n"));
  for (const size of [1, 7, 64]) {
    await using server = await rawServer(async (socket) => {
      socket.write(SSE_HEAD);
      for (let at = 0; at < bytes.length; at += size) {
        socket.write(httpChunk(bytes.subarray(at, at + size)));
        if (at % 50 === 0) {
          await Bun.sleep(1);
        }
      }
      socket.write(HTTP_END);
    });
    const chunks = await collect(chunksIn(adapterFor(server.url).stream(claudeCall(), never)));
    expect(textOf(chunks)).toBe("Zürich – 東京 🙂!");
    expect(chunks.at(-1)?.usage?.completionTokens).toBe(7);
  }
});

test("leaving the loop and aborting close the upstream within a second", async () => {
  await using server = await rawServer((socket) => {
    socket.write(SSE_HEAD);
    socket.write(httpChunk(event(start())));
  });
  const adapter = adapterFor(server.url);
  for await (const { usage } of chunksIn(adapter.stream(claudeCall(), never))) {
    expect(usage?.promptTokens).toBe(10);
    break;
  }
  expect(await eventually(() => server.open === 0, 1_000)).toBe(true);
  for (const method of ["stream", "complete"] as const) {
    const client = new AbortController();
    const reason = new Error(`left during ${method}`);
    setTimeout(() => client.abort(reason), 40);
    const run =
      method === "stream"
        ? collect(chunksIn(adapter.stream(claudeCall(), client.signal)))
        : adapter.complete(claudeCall(), client.signal);
    expect(await rejection(run)).toBe(reason);
    expect(await eventually(() => server.open === 0, 1_000)).toBe(true);
  }
});

test("connections are used again after a stream's proper end", async () => {
  await using server = await rawServer((socket) => {
    socket.write(SSE_HEAD);
    socket.write(httpChunk(eventsText([start(), stopWith("end_turn"), END])));
    setTimeout(() => socket.write(HTTP_END), 5);
  });
  const adapter = adapterFor(server.url);
  for (let turn = 0; turn < 4; turn++) {
    await collect(chunksIn(adapter.stream(claudeCall(), never)));
    await Bun.sleep(30);
  }
  expect(server.connections).toBe(1);
});
