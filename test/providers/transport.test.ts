// The transport against real servers: deadlines, aborts, redirects, proxies, limits, error bodies.
import { describe, expect, test } from "bun:test";
import type { ApiError } from "../../src/base/errors.ts";
import { fetchUpstream } from "../../src/providers/transport/fetch-upstream.ts";
import { UpstreamGuard } from "../../src/providers/transport/guard.ts";
import { readBody, readErrorBody } from "../../src/providers/transport/read-body.ts";
import { httpChunk, SSE_HEAD } from "../support/http-bytes.ts";
import { collect, eventually, rawServer, rejection } from "./support.ts";
import { asApiError, batchesOf, never, requestTo } from "./transport-support.ts";

describe("UpstreamGuard", () => {
  test("a closed guard holds no timer and no longer follows the client", async () => {
    const client = new AbortController();
    const guard = new UpstreamGuard(client.signal, 20);
    guard.arm(10, "too slow");
    guard.close();
    await Bun.sleep(50);
    client.abort("late");
    expect(guard.signal.aborted).toBe(false);
  });

  test("each wait has its own deadline, shorter or longer than the one before", async () => {
    const guard = new UpstreamGuard(never, 5_000);
    guard.arm(5_000, "first");
    guard.arm(20, "second");
    await Bun.sleep(60);
    expect((guard.signal.reason as ApiError).message).toBe("second");
    guard.close();

    const patient = new UpstreamGuard(never, 5_000);
    patient.arm(20, "first");
    patient.arm(5_000, "second");
    await Bun.sleep(60);
    patient.disarm();
    expect(patient.signal.aborted).toBe(false);
    patient.close();
  });

  test("no wait puts off the total deadline, which says so", async () => {
    const message = "The provider did not finish within the time allowed for one call.";
    const waiting = new UpstreamGuard(never, 30);
    waiting.arm(5_000, "a step");
    const idle = new UpstreamGuard(never, 30);
    idle.arm(10, "a step");
    idle.disarm();
    await Bun.sleep(80);
    for (const guard of [waiting, idle]) {
      expect((guard.signal.reason as ApiError).message).toBe(message);
      guard.close();
    }
  });

  test("what need not come is given up in its own time, and the total deadline stands after it", async () => {
    const guard = new UpstreamGuard(never, 60);
    guard.arm(10, "a step");
    const { promise, resolve } = Promise.withResolvers<string>();
    expect(
      await guard.optional(
        100,
        () => resolve("given up"),
        () => promise,
      ),
    ).toBe("given up");
    expect(guard.signal.aborted).toBe(false);
    await Bun.sleep(40);
    expect((guard.signal.reason as ApiError).message).toContain("time allowed for one call");
    guard.close();
  });
});

describe("fetchUpstream", () => {
  test("ignores the environment's proxy and uses the configured one", async () => {
    await using proxy = await rawServer((socket) => {
      socket.end("HTTP/1.1 200 OK\r\ncontent-length: 5\r\nconnection: close\r\n\r\nproxy");
    });
    await using origin = await rawServer((socket) => {
      socket.end("HTTP/1.1 200 OK\r\ncontent-length: 6\r\nconnection: close\r\n\r\ndirect");
    });
    const names = ["HTTP_PROXY", "http_proxy", "NO_PROXY", "no_proxy"] as const;
    const before = names.map((name) => process.env[name]);
    process.env.HTTP_PROXY = proxy.url;
    process.env.http_proxy = proxy.url;
    delete process.env.NO_PROXY;
    delete process.env.no_proxy;
    try {
      // The environment's proxy is in force: without the opt-out the request would go there.
      expect(await (await fetch(origin.url)).text()).toBe("proxy");
      const ask = async (proxyUrl: string | null) => {
        const guard = new UpstreamGuard(never, 2_000);
        const response = await fetchUpstream(requestTo(origin.url, { proxyUrl }), guard);
        const text = await readBody(response, guard, { maxBytes: 100, betweenChunksMs: 1_000 });
        guard.close();
        return text;
      };
      expect(await ask(null)).toBe("direct");
      delete process.env.HTTP_PROXY;
      delete process.env.http_proxy;
      process.env.NO_PROXY = "127.0.0.1";
      expect(await ask(proxy.url)).toBe("proxy");
    } finally {
      for (const [index, name] of names.entries()) {
        const value = before[index];
        if (value === undefined) {
          delete process.env[name];
        } else {
          process.env[name] = value;
        }
      }
    }
  });

  test("refuses a redirect and does not carry the key there", async () => {
    await using target = await rawServer((socket) => {
      socket.end("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");
    });
    await using origin = await rawServer((socket) => {
      socket.end(`HTTP/1.1 307 Go\r\nlocation: ${target.url}\r\ncontent-length: 0\r\n\r\n`);
    });
    const guard = new UpstreamGuard(never, 2_000);
    const error = asApiError(await rejection(fetchUpstream(requestTo(origin.url), guard)));
    guard.close();
    expect([error.status, error.upstreamStatus]).toEqual([502, 307]);
    expect(target.connections).toBe(0);
  });

  test("sends the given headers and none of its own making", async () => {
    await using server = await rawServer((socket) => {
      socket.end("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");
    });
    const guard = new UpstreamGuard(never, 2_000);
    await fetchUpstream(
      requestTo(server.url, {
        headers: { accept: "a/b", "accept-encoding": "identity", "user-agent": "me" },
      }),
      guard,
    );
    guard.close();
    const names = server.received
      .split("\r\n\r\n")[0]
      ?.split("\r\n")
      .slice(1)
      .map((line) => line.split(":")[0]?.toLowerCase())
      .sort();
    expect(names).toEqual([
      "accept",
      "accept-encoding",
      "connection",
      "content-length",
      "host",
      "user-agent",
    ]);
  });

  test("a refused connection is a 502 that names no address", async () => {
    const guard = new UpstreamGuard(never, 2_000);
    const error = asApiError(
      await rejection(fetchUpstream(requestTo("http://127.0.0.1:1/x"), guard)),
    );
    guard.close();
    expect([error.status, error.code]).toEqual([502, "upstream_error"]);
    expect(error.message).not.toContain("127.0.0.1");
  });

  test("silence is a 504 at the first-byte deadline, before and after the headers", async () => {
    await using silent = await rawServer(() => {});
    await using headersOnly = await rawServer((socket) => socket.write(SSE_HEAD));
    for (const server of [silent, headersOnly]) {
      const started = performance.now();
      const error = asApiError(
        await rejection(collect(batchesOf(server.url, { firstMs: 80, betweenMs: 5_000 }))),
      );
      expect([error.status, error.code]).toEqual([504, "upstream_timeout"]);
      expect(performance.now() - started).toBeLessThan(1_000);
      expect(await eventually(() => server.open === 0, 1_000)).toBe(true);
    }
  });

  test("the total deadline ends a call that keeps sending", async () => {
    await using server = await rawServer((socket) => {
      socket.write(SSE_HEAD);
      const beat = setInterval(() => socket.write(httpChunk(": beat\n\n")), 10);
      socket.on("close", () => clearInterval(beat));
    });
    const guard = new UpstreamGuard(never, 120);
    const response = await fetchUpstream(requestTo(server.url), guard);
    const error = asApiError(
      await rejection(readBody(response, guard, { maxBytes: 1e6, betweenChunksMs: 5_000 })),
    );
    guard.close();
    expect(error.status).toBe(504);
  });

  test("an aborted client's reason comes back, whatever the call was doing", async () => {
    const already = AbortSignal.abort("gone before");
    const guard = new UpstreamGuard(already, 1_000);
    expect(await rejection(fetchUpstream(requestTo("http://127.0.0.1:1"), guard))).toBe(
      "gone before",
    );
    guard.close();

    await using silent = await rawServer(() => {});
    const client = new AbortController();
    setTimeout(() => client.abort("gone while waiting"), 30);
    const waiting = collect(batchesOf(silent.url, { signal: client.signal }));
    expect(await rejection(waiting)).toBe("gone while waiting");
    expect(await eventually(() => silent.open === 0, 1_000)).toBe(true);
  });
});

describe("readBody and readErrorBody", () => {
  test("a body over the limit is refused and its connection closed", async () => {
    using server = Bun.serve({ port: 0, fetch: () => new Response("x".repeat(5_000)) });
    const guard = new UpstreamGuard(never, 2_000);
    const response = await fetchUpstream(requestTo(server.url.href), guard);
    const error = asApiError(
      await rejection(readBody(response, guard, { maxBytes: 4_999, betweenChunksMs: 1_000 })),
    );
    expect(error.status).toBe(502);
    const again = await fetchUpstream(requestTo(server.url.href), guard);
    const text = await readBody(again, guard, { maxBytes: 5_000, betweenChunksMs: 1_000 });
    expect(text).toHaveLength(5_000);
    guard.close();
  });

  test("a body shorter than announced is a 502; as an error's it is empty", async () => {
    await using server = await rawServer((socket) => {
      socket.end("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf");
    });
    const guard = new UpstreamGuard(never, 2_000);
    const response = await fetchUpstream(requestTo(server.url), guard);
    const error = asApiError(
      await rejection(readBody(response, guard, { maxBytes: 100, betweenChunksMs: 1_000 })),
    );
    expect(error.code).toBe("upstream_error");
    const second = await fetchUpstream(requestTo(server.url), guard);
    expect(await readErrorBody(second, guard, never)).toBe("");
    guard.close();
  });

  test("300 refused calls with 2 MB error bodies leave room for the next", async () => {
    const page = Buffer.alloc(2_000_000, "e");
    using server = Bun.serve({
      port: 0,
      fetch: (request) =>
        new URL(request.url).pathname === "/ok"
          ? new Response("fine")
          : new Response(page, { status: 500 }),
    });
    const kept: Response[] = [];
    for (let group = 0; group < 10; group++) {
      await Promise.all(
        Array.from({ length: 30 }, async () => {
          const guard = new UpstreamGuard(never, 10_000);
          const response = await fetchUpstream(requestTo(server.url.href), guard);
          kept.push(response);
          expect(await readErrorBody(response, guard, never)).toStartWith("eee");
          guard.close();
        }),
      );
    }
    expect(kept).toHaveLength(300);
    const guard = new UpstreamGuard(never, 3_000);
    const response = await fetchUpstream(requestTo(`${server.url.href}ok`), guard);
    expect(await readBody(response, guard, { maxBytes: 10, betweenChunksMs: 1_000 })).toBe("fine");
    guard.close();
  });
});
