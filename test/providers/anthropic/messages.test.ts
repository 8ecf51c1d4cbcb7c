// Conversations of all kinds as Anthropic's turns.
import { describe, expect, test } from "bun:test";
import {
  calls,
  convert,
  done,
  folded,
  refusal,
  result,
  says,
  system,
  text,
  turn,
  turnsOf,
  use,
  user,
} from "./conversation.ts";
import { toolCall, userText } from "./support.ts";

describe("system and developer messages", () => {
  test("the leading ones are the system prompt", () => {
    const { system: blocks, turns } = convert([
      system("a"),
      { role: "developer", content: [text("b"), text(" "), text("c")] },
      system(""),
      user("q"),
    ]);
    expect(blocks).toEqual([text("a"), text("b"), text("c")]);
    expect(turns).toEqual([userText("q")]);
  });

  test.each([
    [
      "before the user",
      [user("q"), says("a"), system("s"), user("r")],
      [turn("user", text("q")), turn("assistant", text("a")), turn("user", folded("s"), text("r"))],
    ],
    [
      "between two of the user's",
      [user("q"), system("s"), user("r")],
      [turn("user", text("q"), folded("s"), text("r"))],
    ],
    [
      "after an assistant, at the end",
      [user("q"), says("a"), system("s")],
      [turn("user", text("q")), turn("assistant", text("a")), turn("user", folded("s"))],
    ],
    [
      "between a call and its result",
      [user("q"), calls(toolCall("c", "f", "{}")), system("s"), result("c")],
      [turn("user", text("q")), turn("assistant", use("c")), turn("user", done("c"), folded("s"))],
    ],
  ])(
    "a later one %s is folded, even on a model that takes it elsewhere",
    (_, messages, expected) => {
      expect(convert(messages, false).turns as object[]).toEqual(expected);
      expect(convert(messages, true).turns as object[]).toEqual(expected);
    },
  );

  test("one after the user and before the assistant or the end stays, where models take it", () => {
    const messages = [user("q"), system("s"), system("t"), says("a"), user("r"), system("u")];
    expect(convert(messages, true).turns as object[]).toEqual([
      turn("user", text("q")),
      turn("system", text("s"), text("t")),
      turn("assistant", text("a")),
      turn("user", text("r")),
      turn("system", text("u")),
    ]);
    expect(convert(messages, false).turns as object[]).toEqual([
      turn("user", text("q"), folded("s"), folded("t")),
      turn("assistant", text("a")),
      turn("user", text("r"), folded("u")),
    ]);
  });

  test("alone, or before an assistant, they leave the user's turn to a stand-in", () => {
    const opening = userText("[start of the conversation]");
    expect(convert([system("s")])).toEqual({ system: [text("s")], turns: [opening] });
    expect(turnsOf(says("welcome"), user("q")) as object[]).toEqual([
      opening,
      turn("assistant", text("welcome")),
      userText("q"),
    ]);
  });
});

describe("turns", () => {
  test("of one side in a row are merged", () => {
    const turns = turnsOf(user("a"), user("b"), says("c"), says([text("d")]), user("e"));
    expect(turns as object[]).toEqual([
      turn("user", text("a"), text("b")),
      turn("assistant", text("c"), text("d")),
      turn("user", text("e")),
    ]);
  });

  test("blank texts and empty messages are left out", () => {
    const turns = turnsOf(user("a"), says(" \n"), user([text(""), text("b")]), says(null));
    expect(turns as object[]).toEqual([turn("user", text("a"), text("b"))]);
  });

  test("what the assistant refused is said, thinking is not, and the last text is trimmed", () => {
    const turns = turnsOf(
      user("q"),
      says([text("x "), { type: "refusal", refusal: "no" }], { reasoning_content: "hm" }),
      user("r"),
      says("half \n", { refusal: null }),
    );
    expect(turns as object[]).toEqual([
      turn("user", text("q")),
      turn("assistant", text("x "), text("no")),
      turn("user", text("r")),
      turn("assistant", text("half")),
    ]);
  });
});

describe("tool calls", () => {
  test("several, with their results in one turn, first, whatever stands between", () => {
    const turns = turnsOf(
      user("q"),
      says("I look", { tool_calls: [toolCall("c1", "f", '{"a":1}'), toolCall("c2", "g", " ")] }),
      result("c2", [text("two"), text("")]),
      user("also"),
      result("c1", ""),
      says("done"),
    );
    expect(turns as object[]).toEqual([
      turn("user", text("q")),
      turn("assistant", text("I look"), use("c1", "f", { a: 1 }), use("c2", "g")),
      turn(
        "user",
        done("c2", [text("two")]),
        { type: "tool_result", tool_use_id: "c1" },
        text("also"),
      ),
      turn("assistant", text("done")),
    ]);
  });

  test("ids are made fit and unique, arguments an object", () => {
    const turns = turnsOf(
      user("q"),
      calls(toolCall("functions.f:0", "f", "[1]")),
      result("functions.f:0"),
      calls(toolCall("functions.f:0", "f", "{broken")),
      result("functions.f:0"),
      calls({ id: "", type: "custom", custom: { name: "c", input: "free" } }),
      result(""),
    );
    const ids = JSON.stringify(turns).match(/"(?:tool_use_)?id":"[^"]*"/g);
    expect(ids).toEqual([
      '"id":"functions_f_0"',
      '"tool_use_id":"functions_f_0"',
      '"id":"functions_f_0_2"',
      '"tool_use_id":"functions_f_0_2"',
      '"id":"call"',
      '"tool_use_id":"call"',
    ]);
    const inputs = turns.flatMap(({ content }) =>
      content.flatMap((block) => (block.type === "tool_use" ? [block.input] : [])),
    );
    expect(inputs).toEqual([
      { invalid_arguments: "[1]" },
      { invalid_arguments: "{broken" },
      { input: "free" },
    ]);
  });

  const c = toolCall("c", "f", "{}");
  test.each([
    ["messages[1].tool_calls", [user("q"), calls(c)]],
    ["messages[1].tool_calls", [user("q"), calls(c), user("r")]],
    ["messages[1].tool_calls", [user("q"), calls(c), says("x")]],
    ["messages[1].tool_calls", [user("q"), calls(c, c), result("c")]],
    ["messages[1].tool_call_id", [user("q"), result("c")]],
    ["messages[3].tool_call_id", [user("q"), calls(c), result("c"), result("c")]],
    ["messages[2].tool_call_id", [user("q"), calls(c), result("d")]],
    ["messages[1].function_call", [user("q"), says(null, { function_call: { name: "f" } })]],
    ["messages[1].audio", [user("q"), says(null, { audio: { id: "a" } })]],
    ["messages[1].role", [user("q"), { role: "function", name: "f", content: "x" }]],
    ["messages[2].content", [user("q"), says("a"), user(" ")]],
  ])("refused with param %s", (param, messages) => {
    expect(refusal(messages)).toEqual([400, param]);
  });
});
