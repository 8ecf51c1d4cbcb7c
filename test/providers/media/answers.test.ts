// What comes back from an image's server: only an image within the limits is taken.
import { describe, expect, test } from "bun:test";
import { eventually, rawServer, rejection } from "../support.ts";
import { fetcherOf, NOT_FETCHED, never, PNG, png, refusal, serve } from "./support.ts";

describe("what comes back", () => {
  const compressed = Bun.gzipSync(PNG);

  test.each<[string, () => Response, string]>([
    ["404", () => png({ status: 404 }), NOT_FETCHED],
    ["500", () => png({ status: 500 }), NOT_FETCHED],
    ["206", () => png({ status: 206 }), NOT_FETCHED],
    ["a page", () => new Response("<html>", { headers: { "content-type": "text/html" } }), "lead"],
    ["no type", () => png({ headers: {} }), "does not lead to an image"],
    ["bytes", () => png({ headers: { "content-type": "application/octet-stream" } }), "lead"],
    [
      "a page that is called an image",
      () => new Response("<html>".repeat(9), { headers: { "content-type": "image/png" } }),
      "PNG, JPEG",
    ],
    [
      "an SVG",
      () => new Response("<svg/>", { headers: { "content-type": "image/svg+xml" } }),
      "PNG, JPEG",
    ],
    ["nothing", () => new Response("", { headers: { "content-type": "image/png" } }), "PNG, JPEG"],
    [
      "a compressed image",
      () =>
        new Response(compressed, {
          headers: { "content-type": "image/png", "content-encoding": "gzip" },
        }),
      "PNG, JPEG",
    ],
  ])("%s is refused", async (_name, answer, word) => {
    using server = serve(answer);
    expect((await refusal(fetcherOf()(server.url, never))).message).toContain(word);
  });

  test("an image that is announced as too large, or grows too large, is cut off", async () => {
    using announced = serve(() => png());
    const small = fetcherOf({ maxBytes: PNG.length - 1 });
    expect((await refusal(small(announced.url, never))).message).toContain("larger than");
    const exact = fetcherOf({ maxBytes: PNG.length });
    expect((await exact(announced.url, never)).bytes).toEqual(PNG);

    await using endless = await rawServer((socket) => {
      socket.write("HTTP/1.1 200 OK\r\ncontent-type: image/png\r\n\r\n");
      socket.write(PNG);
      const timer = setInterval(() => socket.write(Buffer.alloc(4_096)), 1);
      socket.on("close", () => clearInterval(timer));
    });
    const error = await refusal(fetcherOf()(endless.url, never));
    expect(error.message).toBe("The image at this URL is larger than 10000 bytes.");
    expect(await eventually(() => endless.open === 0, 1_000)).toBe(true);
  });

  test("a body that drips, a silent server and a slow lookup are given up in time", async () => {
    await using dripping = await rawServer((socket) => {
      socket.write("HTTP/1.1 200 OK\r\ncontent-type: image/png\r\n\r\n");
      const timer = setInterval(() => socket.write(PNG.subarray(0, 1)), 20);
      socket.on("close", () => clearInterval(timer));
    });
    await using silent = await rawServer(() => {});
    const quick = { timeoutMs: 150 };
    const slow = fetcherOf({ ...quick, lookup: () => new Promise(() => {}) });
    const before = performance.now();
    // Of zeros and PNG heads nothing is recognised before the sniffed bytes are there.
    await refusal(fetcherOf(quick)(dripping.url, never));
    await refusal(fetcherOf(quick)(silent.url, never));
    await refusal(slow("http://images.example/", never));
    expect(performance.now() - before).toBeLessThan(1_500);
    expect(await eventually(() => dripping.open + silent.open === 0, 1_000)).toBe(true);
  });

  test("the caller's abort ends it with the caller's reason", async () => {
    await using silent = await rawServer(() => {});
    const client = new AbortController();
    setTimeout(() => client.abort("left"), 30);
    expect(await rejection(fetcherOf()(silent.url, client.signal))).toBe("left");
    expect(await eventually(() => silent.open === 0, 1_000)).toBe(true);
    expect(await rejection(fetcherOf()(silent.url, AbortSignal.abort("before")))).toBe("before");
  });
});
