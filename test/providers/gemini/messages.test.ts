// Conversations as Gemini's contents: turns, tool calls and their results, media.
import { describe, expect, test } from "bun:test";
import { ApiError } from "../../../src/base/errors.ts";
import { VERTEX_AI } from "../../../src/providers/gemini/api.ts";
import { SignatureCache, SKIP_SIGNATURE } from "../../../src/providers/gemini/signatures.ts";
import { bodyOf, FLASH_25, PRO_3, toolCall } from "./support.ts";

const user = (...texts: string[]) => ({
  role: "user" as const,
  parts: texts.map((text) => ({ text })),
});
const model = (...texts: string[]) => ({
  role: "model" as const,
  parts: texts.map((text) => ({ text })),
});

describe("turns", () => {
  test.each<[string, object[], object[]]>([
    [
      "speakers alternate",
      [
        { role: "user", content: "a" },
        {
          role: "user",
          content: [
            { type: "text", text: "b" },
            { type: "text", text: "" },
          ],
        },
        { role: "assistant", content: "c" },
        { role: "assistant", content: [{ type: "refusal", refusal: "d" }], refusal: null },
        { role: "user", content: "e" },
      ],
      [user("a", "b"), model("c", "d"), user("e")],
    ],
    [
      "the user opens",
      [
        { role: "assistant", content: "a" },
        { role: "user", content: "b" },
      ],
      [user(" "), model("a"), user("b")],
    ],
    [
      "an assistant without a word has no turn",
      [
        { role: "user", content: "a" },
        { role: "assistant", content: null, reasoning_content: "hm" },
        { role: "user", content: "b" },
      ],
      [user("a", "b")],
    ],
    ["a user without a word has one", [{ role: "user", content: "" }], [user(" ")]],
  ])("%s", (_name, messages, contents) => {
    expect(bodyOf({ messages })).toEqual({ contents } as never);
  });

  test("system text alone", () => {
    const messages = [{ role: "system", content: "s" }];
    expect(bodyOf({ messages })).toEqual({
      systemInstruction: { parts: [{ text: "s" }] },
      contents: [user(" ")],
    });
    expect(bodyOf({ messages }, "gemma-3-4b-it")).toEqual({ contents: [user("s\n\n")] });
  });

  test("gemma has it before the first user's words", () => {
    const messages = [
      { role: "system", content: "s" },
      { role: "user", content: "u" },
      { role: "developer", content: "d" },
    ];
    expect(bodyOf({ messages }, "gemma-3-4b-it")).toEqual({
      contents: [user("s\n\n", "u", "<system>\nd\n</system>")],
    });
  });
});

describe("tool calls", () => {
  const ask = { role: "user", content: "u" };
  const assistant = (...tool_calls: object[]) => ({ role: "assistant", content: null, tool_calls });
  const result = (tool_call_id: string, content: unknown) => ({
    role: "tool",
    tool_call_id,
    content,
  });

  test("results in the order of their calls, in one turn with what follows", () => {
    const messages = [
      ask,
      assistant(toolCall("call_1", "look", '{"city":"Rome"}'), toolCall("call_2", "look", "")),
      result("call_2", "second"),
      result("call_1", [
        { type: "text", text: "fi" },
        { type: "text", text: "rst" },
      ]),
      { role: "user", content: "and?" },
    ];
    expect(bodyOf({ messages })).toEqual({
      contents: [
        user("u"),
        {
          role: "model",
          parts: [
            { functionCall: { name: "look", args: { city: "Rome" } } },
            { functionCall: { name: "look", args: {} } },
          ],
        },
        {
          role: "user",
          parts: [
            { functionResponse: { name: "look", response: { output: "first" } } },
            { functionResponse: { name: "look", response: { output: "second" } } },
            { text: "and?" },
          ],
        },
      ],
    });
  });

  test("Gemini's own ids go back to it, nobody else's do, and none to Vertex AI", () => {
    const messages = [
      ask,
      assistant(toolCall("gid-x1", "a"), toolCall("toolu_1", "b")),
      result("gid-x1", "1"),
      result("toolu_1", "2"),
    ];
    const parts = (api?: typeof VERTEX_AI) =>
      bodyOf({ messages }, FLASH_25, api ? { api } : {})
        .contents.slice(1)
        .flatMap((turn) => turn.parts.map((p) => p.functionCall?.id ?? p.functionResponse?.id));
    expect(parts()).toEqual(["x1", undefined, "x1", undefined]);
    expect(parts(VERTEX_AI)).toEqual([undefined, undefined, undefined, undefined]);
  });

  test.each<[string, unknown]>([
    ["plain", { output: "plain" }],
    ["", { output: "" }],
    ["42", { output: "42" }],
    ['{"a":1}', { a: 1 }],
    ["[1,2]", { output: [1, 2] }],
    ["{broken", { output: "{broken" }],
    ['{"error":"no"}', { error: "no" }],
    ['{"output":1,"code":2}', { output: { output: 1, code: 2 } }],
    ['{"a":{"$ref":"x"}}', { output: '{"a":{"$ref":"x"}}' }],
    ['{"a":{"\\u0024ref":"x"}}', { output: '{"a":{"\\u0024ref":"x"}}' }],
  ])("a result of %j", (content, response) => {
    const { contents } = bodyOf({
      messages: [ask, assistant(toolCall("c", "f")), result("c", content)],
    });
    expect(contents.at(-1)?.parts).toEqual([
      { functionResponse: { name: "f", response: response as Record<string, unknown> } },
    ]);
  });

  test("results beyond a MiB are handed over unread", () => {
    const [small, large] = ['{"a":1}', `[${"1,".repeat(600_000)}1]`];
    const { contents } = bodyOf({
      messages: [
        ask,
        assistant(toolCall("c", "f"), toolCall("d", "f"), toolCall("e", "f")),
        ...[result("c", small), result("d", large), result("e", small)],
      ],
    });
    expect(contents.at(-1)?.parts.map((part) => part.functionResponse?.response)).toEqual([
      { a: 1 },
      { output: large },
      { output: small },
    ]);
  });

  test.each([
    ["{bad", { invalid_arguments: "{bad" }],
    ["[1]", { invalid_arguments: "[1]" }],
    ["  ", {}],
    ['{"a":null}', { a: null }],
  ])("arguments %j", (text, args) => {
    const messages = [ask, assistant(toolCall("c", "f", text)), result("c", "")];
    const { contents } = bodyOf({ messages });
    expect(contents.at(-2)?.parts).toEqual([{ functionCall: { name: "f", args } }]);
  });

  test("integers beyond 2^53 keep their digits, in arguments and results", () => {
    const json = '{"id":2512292042121000001}';
    const messages = [ask, assistant(toolCall("c", "f", json)), result("c", json)];
    expect(JSON.stringify(bodyOf({ messages }).contents).split(json)).toHaveLength(3);
  });

  test("a custom tool's call of another model", () => {
    const custom = { id: "c", type: "custom", custom: { name: "patch", input: "+ a" } };
    const { contents } = bodyOf({ messages: [ask, assistant(custom), result("c", "done")] });
    expect(contents[1]?.parts).toEqual([
      { functionCall: { name: "patch", args: { input: "+ a" } } },
    ]);
  });

  test.each<[string, object[], string]>([
    ["not answered", [assistant(toolCall("a", "f")), ask], "messages[1].tool_calls"],
    [
      "answered after the next turn",
      [assistant(toolCall("a", "f")), { role: "assistant", content: "hm" }, result("a", "x")],
      "messages[1].tool_calls",
    ],
    ["asked twice", [assistant(toolCall("a", "f"), toolCall("a", "f"))], "messages[1].tool_calls"],
    [
      "answered twice",
      [assistant(toolCall("a", "f")), result("a", "x"), result("a", "y")],
      "messages[3].tool_call_id",
    ],
    ["never asked", [result("b", "x")], "messages[1].tool_call_id"],
  ])("%s is refused", (_name, messages, param) => {
    expect(paramOf(() => bodyOf({ messages: [ask, ...messages] }))).toBe(param);
  });

  describe("images in results", () => {
    const picture = { type: "image_url", image_url: { url: "data:image/png;base64,AAAA" } };
    const messages = [
      ask,
      assistant(toolCall("a", "shoot"), toolCall("b", "look")),
      result("a", [{ type: "text", text: "done" }, picture]),
      result("b", "sunny"),
    ];
    const inlineData = { mimeType: "image/png", data: "AAAA" };
    const done = { name: "shoot", response: { output: "done" } };
    const looked = { functionResponse: { name: "look", response: { output: "sunny" } } };

    test("stand in them from Gemini 3 on", () => {
      expect(bodyOf({ messages }, PRO_3).contents.at(-1)?.parts).toEqual([
        { functionResponse: { ...done, parts: [{ inlineData }] } },
        looked,
      ]);
    });

    test("of another kind stand behind them", () => {
      const gif = { type: "image_url", image_url: { url: "data:image/gif;base64,AAAA" } };
      const asked = [ask, assistant(toolCall("a", "shoot")), result("a", [gif])];
      expect(bodyOf({ messages: asked }, PRO_3).contents.at(-1)?.parts).toEqual([
        { functionResponse: { name: "shoot", response: { output: "" } } },
        { text: '<tool_result name="shoot">' },
        { inlineData: { mimeType: "image/gif", data: "AAAA" } },
        { text: "</tool_result>" },
      ]);
    });

    test("and before it behind them, marked", () => {
      expect(bodyOf({ messages }).contents.at(-1)?.parts).toEqual([
        { functionResponse: done },
        looked,
        { text: '<tool_result name="shoot">' },
        { inlineData },
        { text: "</tool_result>" },
      ]);
    });
  });

  describe("thought signatures", () => {
    const signed = { extra_content: { google: { thought_signature: "sent" } } };
    const signaturesOf = (calls: { id: string }[], name: string, cache = new SignatureCache()) => {
      const results = calls.map(({ id }) => result(id, ""));
      const messages = [ask, assistant(...calls), ...results];
      const { contents } = bodyOf({ messages }, name, { signatures: cache });
      return contents.at(-2)?.parts.map((part) => part.thoughtSignature);
    };

    test("from the client, from memory, or the stand-in on the first call only", () => {
      const cache = new SignatureCache();
      cache.remember("c1", "f", "kept");
      const plain = [toolCall("c1", "f"), toolCall("c2", "f")];
      expect(signaturesOf([toolCall("c1", "f", "{}", signed)], PRO_3, cache)).toEqual(["sent"]);
      expect(signaturesOf(plain, PRO_3, cache)).toEqual(["kept", undefined]);
      expect(signaturesOf(plain, PRO_3)).toEqual([SKIP_SIGNATURE, undefined]);
      const second = [toolCall("c1", "f"), toolCall("c2", "f", "{}", signed)];
      expect(signaturesOf(second, PRO_3)).toEqual([SKIP_SIGNATURE, "sent"]);
    });

    test("older models get what there is, models that do not think nothing", () => {
      const calls = [toolCall("c1", "f", "{}", signed)];
      expect(signaturesOf(calls, FLASH_25)).toEqual(["sent"]);
      expect(signaturesOf([toolCall("c1", "f")], FLASH_25)).toEqual([undefined]);
      expect(signaturesOf(calls, "gemini-2.0-flash")).toEqual([undefined]);
    });
  });
});

/** The field that a refusal names. */
function paramOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    return error instanceof ApiError ? String(error.param) : `not an ApiError: ${error}`;
  }
  return "taken";
}

describe("media", () => {
  const partOf = (part: object, extra: Parameters<typeof bodyOf>[2] = {}) =>
    bodyOf({ messages: [{ role: "user", content: [part] }] }, FLASH_25, extra).contents[0]
      ?.parts[0];
  const inline = (mimeType: string) => ({ inlineData: { mimeType, data: "AAAA" } });
  const image = (url: string) => ({ type: "image_url", image_url: { url, detail: "low" } });

  test.each<[string, object, object]>([
    [
      "data URL",
      image("data:image/png;base64,AAAA"),
      { inlineData: { mimeType: "image/png", data: "AAAA" } },
    ],
    [
      "data URL in plain text",
      image("data:image/svg+xml;charset=utf-8,%3Csvg/%3E"),
      { inlineData: { mimeType: "image/svg+xml", data: Buffer.from("<svg/>").toString("base64") } },
    ],
    [
      "YouTube",
      { type: "video_url", video_url: { url: "https://youtu.be/abc" } },
      { fileData: { fileUri: "https://youtu.be/abc" } },
    ],
    ["image/jpg", image("data:image/JPG;base64,AAAA"), inline("image/jpeg")],
    [
      "base64 of URLs, in lines",
      image("data:image/png;base64,_-\nA="),
      { inlineData: { mimeType: "image/png", data: "/+A=" } },
    ],
    ...["text/plain", "TEXT/csv;charset=utf-8", "application/json"].map(
      (type): [string, object, object] => [
        type,
        { type: "file", file: { file_data: `data:${type};base64,AAAA` } },
        inline("text/plain"),
      ],
    ),
    [
      "PDF",
      { type: "file", file: { file_data: "data:application/pdf;base64,JVBE", filename: "a.pdf" } },
      { inlineData: { mimeType: "application/pdf", data: "JVBE" } },
    ],
    [
      "sound",
      { type: "input_audio", input_audio: { data: "UklG", format: "wav" } },
      { inlineData: { mimeType: "audio/wav", data: "UklG" } },
    ],
  ])("%s", (_name, part, expected) => {
    expect(partOf(part)).toEqual(expected);
  });

  test.each([
    ["Cloud Storage", image("gs://b/a.jpg")],
    ["Cloud Storage as a video", { type: "video_url", video_url: { url: "gs://b/a.mp4" } }],
    ["a file of the account's", { type: "file", file: { file_id: "files/abc" } }],
  ])("%s, which the operator's credentials would open, is refused", (_name, part) => {
    expect(paramOf(() => partOf(part))).toStartWith("messages[0].content[0]");
    expect(paramOf(() => partOf(part, { api: VERTEX_AI }))).toStartWith("messages[0]");
  });

  test.each([
    ["a PDF as an image", image("data:application/pdf;base64,JVBE")],
    ["a video as an image", image("data:video/mp4;base64,AAAA")],
    [
      "a picture as a video",
      { type: "video_url", video_url: { url: "data:image/png;base64,AAAA" } },
    ],
  ])("%s, which its bound does not cover, is refused", (_name, part) => {
    expect(() => partOf(part)).toThrow("media type");
  });

  test.each([
    "data:text/plain,x",
    "data:image/png;base64,",
    "data:image/png;base64",
    "data:x/y,%zz",
  ])("%s is refused", (url) => {
    expect(paramOf(() => partOf(image(url)))).toBe("messages[0].content[0].image_url.url");
  });
});
