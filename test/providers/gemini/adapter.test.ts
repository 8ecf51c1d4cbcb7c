// The Gemini adapter over HTTP: what it sends, fetches and remembers; and its probe.
import { describe, expect, test } from "bun:test";
import { ApiError } from "../../../src/base/errors.ts";
import { VERTEX_AI } from "../../../src/providers/gemini/api.ts";
import { generateUrl } from "../../../src/providers/gemini/endpoint.ts";
import { scripted } from "../scripted.ts";
import { chunksIn, collect, rejection } from "../support.ts";
import {
  adapterFor,
  answer,
  answerOf,
  callTo,
  events,
  json,
  never,
  PRO_3,
  toolCall,
  usageMetadata,
} from "./support.ts";

describe("what is sent", () => {
  test("whole requests: address, headers, every field", async () => {
    using server = scripted(json(answer), events(answer));
    const adapter = adapterFor(`${server.url}v1beta`, { headers: { "X-Extra": "1" } });
    const request = {
      messages: [
        { role: "system", content: "s" },
        { role: "user", content: "u" },
      ],
      tools: [{ type: "function", function: { name: "f", parameters: { type: "object" } } }],
      tool_choice: "auto",
      reasoning_effort: "high",
      temperature: 0.5,
    };
    await adapter.complete(callTo("gemini-2.5-pro", request), never);
    await collect(chunksIn(adapter.stream(callTo("gemini-2.5-pro", request), never)));
    const body = {
      systemInstruction: { parts: [{ text: "s" }] },
      contents: [{ role: "user", parts: [{ text: "u" }] }],
      tools: [{ functionDeclarations: [{ name: "f", parametersJsonSchema: { type: "object" } }] }],
      generationConfig: {
        maxOutputTokens: 100,
        temperature: 0.5,
        thinkingConfig: { thinkingBudget: 128, includeThoughts: true },
      },
    };
    expect(server.seen.map(({ path, body: sent }) => [path, sent])).toEqual([
      ["/v1beta/models/gemini-2.5-pro:generateContent", body],
      ["/v1beta/models/gemini-2.5-pro:streamGenerateContent?alt=sse", body],
    ]);
    const {
      host,
      connection,
      "content-length": length,
      ...headers
    } = server.seen[0]?.headers ?? {};
    expect([typeof host, typeof connection, Number(length) > 0]).toEqual([
      "string",
      "string",
      true,
    ]);
    expect(headers).toEqual({
      accept: "application/json",
      "accept-encoding": "identity",
      "content-type": "application/json",
      "user-agent": "aacflow",
      "x-goog-api-key": "test-key",
      "x-extra": "1",
    });
  });

  test("another endpoint serves with the same adapter", async () => {
    using server = scripted(json(answer));
    const adapter = adapterFor("http://unused.invalid", {
      api: VERTEX_AI,
      endpoint: async (call, stream) => ({
        url: generateUrl(`${server.url}v1beta/publishers/google`, call.upstreamModel, stream),
        headers: { authorization: "Bearer t", "content-type": "application/json" },
      }),
      probe: null,
    });
    await adapter.complete(callTo(PRO_3, { service_tier: "flex" }), never);
    expect(server.seen[0]?.path).toBe(`/v1beta/publishers/google/models/${PRO_3}:generateContent`);
    expect(server.seen[0]?.headers.authorization).toBe("Bearer t");
    expect(server.seen[0]?.headers["x-goog-api-key"]).toBeUndefined();
    expect(await adapter.probe(never)).toEqual({
      ok: true,
      detail: "connected; there is no call to try it by",
    });
  });

  test.each([
    ["https://h/v1beta", "gemini-x", false, "https://h/v1beta/models/gemini-x:generateContent"],
    [
      "https://h/v1beta/",
      "tunedModels/a b",
      false,
      "https://h/v1beta/tunedModels/a%20b:generateContent",
    ],
    ["https://h/x?k=1", "m", true, "https://h/x/models/m:streamGenerateContent?k=1&alt=sse"],
    ["https://h/x", "../../m?y", false, "https://h/x/models/..%2F..%2Fm%3Fy:generateContent"],
  ] as const)("address: %s %s", (base, model, stream, expected) => {
    expect(generateUrl(base, model, stream)).toBe(expected);
  });

  test("what cannot be sent fails at start, without showing the value", () => {
    expect(() => adapterFor("nowhere")).toThrow("not a URL");
    const make = () => adapterFor("http://h", { apiKey: "se\ncret" });
    expect(make).toThrow('"x-goog-api-key"');
    expect(make).not.toThrow("cret");
  });
});

test("a thought signature goes round in all three ways", async () => {
  const parts = [
    { functionCall: { id: "g1", name: "f", args: {} }, thoughtSignature: "c2ln" },
    { functionCall: { name: "g", args: {} } },
  ];
  using server = scripted(events(answerOf(parts, "STOP", usageMetadata)), json(answer));
  const adapter = adapterFor(`${server.url}v1beta`);
  const chunks = await collect(chunksIn(adapter.stream(callTo(PRO_3), never)));
  const calls = chunks.flatMap(({ chunk }) => chunk.choices[0]?.delta.tool_calls ?? []);
  const plain = calls.map(({ id, function: fn }) => toolCall(id ?? "", fn?.name ?? ""));
  const history = (tool_calls: object[]) => ({
    messages: [
      { role: "user", content: "u" },
      { role: "assistant", content: null, tool_calls },
      ...plain.map(({ id }) => ({ role: "tool", tool_call_id: id, content: "r" })),
    ],
  });
  const kept = calls.map(({ index: _index, ...call }) => call);
  await adapter.complete(callTo(PRO_3, history(kept)), never);
  await adapter.complete(callTo(PRO_3, history(plain)), never);
  await adapterFor(`${server.url}v1beta`).complete(callTo(PRO_3, history(plain)), never);
  const expected = (thoughtSignature: string) => [
    { role: "user", parts: [{ text: "u" }] },
    {
      role: "model",
      parts: [
        { functionCall: { id: "g1", name: "f", args: {} }, thoughtSignature },
        { functionCall: { name: "g", args: {} } },
      ],
    },
    {
      role: "user",
      parts: [
        { functionResponse: { id: "g1", name: "f", response: { output: "r" } } },
        { functionResponse: { name: "g", response: { output: "r" } } },
      ],
    },
  ];
  const sent = server.seen.slice(1).map(({ body }) => (body as { contents: unknown }).contents);
  expect(sent).toEqual([
    expected("c2ln"),
    expected("c2ln"),
    expected("skip_thought_signature_validator"),
  ]);
});

describe("fetched media", () => {
  const url = "https://images.example/a.png";
  const image = { type: "image_url", image_url: { url } };
  const request = { messages: [{ role: "user", content: [image, image] }] };

  test("stand inline; each URL is fetched once", async () => {
    using server = scripted(json(answer));
    const fetched: string[] = [];
    const adapter = adapterFor(`${server.url}v1beta`, {
      fetchMedia: async (wanted) => {
        fetched.push(wanted);
        return { mimeType: "image/png; x=y", bytes: new Uint8Array([1, 2]) };
      },
    });
    await adapter.complete(callTo(PRO_3, request), never);
    const part = { inlineData: { mimeType: "image/png", data: "AQI=" } };
    expect(server.seen[0]?.body).toMatchObject({ contents: [{ parts: [part, part] }] });
    expect(fetched).toEqual([url]);
  });

  test("without a fetcher, or when it fails, the request is refused by its part", async () => {
    using server = scripted(json(answer));
    const fail = (error: unknown) => () => Promise.reject(error);
    const outcomes: [Parameters<typeof adapterFor>[1], string][] = [
      [{}, "data: URL"],
      [{ fetchMedia: fail(new Error("secret")) }, "could not be fetched"],
      [{ fetchMedia: async () => ({ mimeType: "?", bytes: new Uint8Array() }) }, "no known type"],
    ];
    for (const [extra, message] of outcomes) {
      const error = await rejection(
        adapterFor(`${server.url}v1beta`, extra).complete(callTo(PRO_3, request), never),
      );
      expect(error).toBeInstanceOf(ApiError);
      const { status, param, message: said } = error as ApiError;
      expect([status, /content\[\d\]\.image_url\.url$/.test(param ?? "")]).toEqual([400, true]);
      expect(said).toContain(message);
    }
    expect(server.seen).toEqual([]);
  });

  test("a client that leaves meanwhile is told its own reason; too many are refused", async () => {
    const client = new AbortController();
    const adapter = adapterFor("http://127.0.0.1:1", {
      fetchMedia: (_url, signal) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener("abort", () => reject(new Error("stopped")));
          client.abort("left");
        }),
    });
    expect(await rejection(adapter.complete(callTo(PRO_3, request), client.signal))).toBe("left");
    const many = Array.from({ length: 21 }, (_, index) => ({
      type: "image_url",
      image_url: { url: `${url}?${index}` },
    }));
    const call = callTo(PRO_3, { messages: [{ role: "user", content: many }] });
    const error = await rejection(adapter.complete(call, never));
    expect((error as ApiError).message).toContain("At most 20");
  });
});

test("errors of a stream: by status, in an array, as JSON under 200, as a frame", async () => {
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
  const adapter = adapterFor(`${server.url}v1beta`);
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

test("probe", async () => {
  const refused = {
    error: { code: 400, message: "API key not valid: AIzaSyA1234567890abcdefghij" },
  };
  using server = scripted(
    json({ models: [{ name: "models/a" }, { name: "models/b" }] }),
    json({ models: [{}], nextPageToken: "t" }),
    json(refused, 400),
  );
  const adapter = adapterFor(`${server.url}v1beta`);
  expect(await adapter.probe(never)).toEqual({ ok: true, detail: "answers and lists 2 models" });
  expect((await adapter.probe(never)).detail).toBe("answers and lists at least 1 models");
  expect(await adapter.probe(never)).toEqual({
    ok: false,
    detail: "HTTP 400: API key not valid: [redacted]",
  });
  expect(server.seen[0]).toMatchObject({
    path: "/v1beta/models",
    headers: { "x-goog-api-key": "test-key" },
  });
  expect((await adapterFor("http://127.0.0.1:1").probe(never)).ok).toBe(false);
  expect(await rejection(adapter.probe(AbortSignal.abort("why")))).toBe("why");
});
