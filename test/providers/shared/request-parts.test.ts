// Parts of requests that all dialects read alike: marked system text, open calls, what is left out.
import { describe, expect, test } from "bun:test";
import type { ChatRequest } from "../../../src/base/chat.ts";
import { ApiError } from "../../../src/base/errors.ts";
import { ignoredWords, lostFields } from "../../../src/providers/shared/ignored.ts";
import { OpenCalls } from "../../../src/providers/shared/open-calls.ts";
import { taggedSystemText } from "../../../src/providers/shared/system-text.ts";

test("a later system message is marked", () => {
  expect(taggedSystemText("Be brief.\nAnd kind.")).toBe(
    "<system>\nBe brief.\nAnd kind.\n</system>",
  );
});

/** The field that is refused, or null. */
function refusedBy(run: () => void): string | null {
  try {
    run();
    return null;
  } catch (error) {
    return error instanceof ApiError ? error.param : `not an ApiError: ${error}`;
  }
}

describe("open calls", () => {
  test("are answered in any order, and asked again in a later turn", () => {
    const calls = new OpenCalls<string>();
    for (const place of ["messages[1]", "messages[4]"]) {
      calls.ask("a", "look", place);
      calls.ask("b", "wait", place);
      expect([calls.answer("b", "m"), calls.answer("a", "m")]).toEqual(["wait", "look"]);
      calls.end();
    }
  });

  test("under one id are answered in their order", () => {
    const calls = new OpenCalls<string>();
    calls.ask("a", "look", "messages[1]");
    calls.ask("a", "wait", "messages[1]");
    expect([calls.answer("a", "m"), calls.answer("a", "m")]).toEqual(["look", "wait"]);
    calls.end();
  });

  test("that are answered twice, never asked or not answered are refused", () => {
    const calls = new OpenCalls<string>();
    calls.ask("a", "look", "messages[1]");
    expect(refusedBy(() => calls.end())).toBe("messages[1].tool_calls");
    calls.answer("a", "messages[2]");
    expect(refusedBy(() => calls.answer("a", "messages[3]"))).toBe("messages[3].tool_call_id");
    expect(refusedBy(() => calls.answer("z", "messages[3]"))).toBe("messages[3].tool_call_id");
  });
});

describe("ignored fields", () => {
  test.each<[unknown, boolean]>([
    [undefined, false],
    [null, false],
    [[], false],
    [{}, false],
    [0, false],
    [0.5, true],
    ["x", true],
    [["x"], true],
    [{ a: 1 }, true],
    [JSON.parse("1e3"), true],
  ])("frequency_penalty: %j", (value, isIgnored) => {
    const request = { model: "m", messages: [], frequency_penalty: value } as ChatRequest;
    const names = lostFields(request, () => false);
    expect(names).toEqual(isIgnored ? ["frequency_penalty"] : []);
  });

  test("a seed of zero asks for something", () => {
    expect(lostFields({ model: "m", messages: [], seed: 0 }, () => false)).toEqual(["seed"]);
  });

  test("what is served, is the server's own, or changes no answer is not lost", () => {
    const own = { stream: true, max_tokens: 5, stream_options: { include_usage: true } };
    const unfelt = { user: "u", metadata: { a: "b" }, store: true, service_tier: "default" };
    const request = { model: "m", messages: [], ...own, ...unfelt, top_k: 5, made_up: 1, seed: 2 };
    expect(lostFields(request, (field) => field === "seed")).toEqual(["top_k", "made_up"]);
  });

  test.each<[string | undefined, string[]]>([
    [undefined, []],
    ["auto", []],
    ["low", ["image_url.detail"]],
    ["high", ["image_url.detail"]],
  ])("detail %p", (detail, names) => {
    const image = { type: "image_url", image_url: { url: "data:,", detail } };
    const messages = [{ role: "user", content: [image, image] }] as ChatRequest["messages"];
    expect(ignoredWords(messages, "image_url.detail")).toEqual(names);
  });
});
