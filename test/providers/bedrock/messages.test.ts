// Conversations as Converse's system blocks and turns, cache points included.
import { describe, expect, test } from "bun:test";
import { build, CLAUDE, LLAMA, MISTRAL, NOVA, toolCall } from "./support.ts";

const user = (content: unknown, extra: object = {}) => ({ role: "user", content, ...extra });
const POINT = { cachePoint: { type: "default" } };
const PNG = "data:image/png;base64,iVBORw==";
const text = (value: string) => ({ text: value });
const marked = (value: string) => text(`<system>\n${value}\n</system>`);

async function conversation(messages: unknown[], model = CLAUDE) {
  const { body } = await build({ messages }, model);
  return { system: body.system, messages: body.messages };
}

const cases: [string, unknown[], object[] | undefined, object[]][] = [
  [
    "leading instructions are the system, later ones are said in place",
    [
      { role: "system", content: "one" },
      { role: "developer", content: [{ type: "text", text: "two" }] },
      user("hi"),
      { role: "system", content: "three" },
    ],
    [text("one"), text("two")],
    [{ role: "user", content: [text("hi"), marked("three")] }],
  ],
  [
    "instructions alone leave the user's turn to a stand-in",
    [{ role: "system", content: "write" }],
    [text("write")],
    [{ role: "user", content: [text("[start of the conversation]")] }],
  ],
  [
    "turns of one role are joined and blanks dropped",
    [
      user("a"),
      user(" "),
      user([
        { type: "text", text: "b" },
        { type: "text", text: "" },
      ]),
      { role: "assistant", content: "" },
    ],
    undefined,
    [{ role: "user", content: [text("a"), text("b")] }],
  ],
  [
    "an assistant's opening goes after a user's turn, and a last one loses its blanks",
    [{ role: "assistant", content: "Hi " }, user("yo"), { role: "assistant", content: "So \n" }],
    undefined,
    [
      { role: "user", content: [text("[start of the conversation]")] },
      { role: "assistant", content: [text("Hi ")] },
      { role: "user", content: [text("yo")] },
      { role: "assistant", content: [text("So")] },
    ],
  ],
  [
    "calls come after text, results come first and together",
    [
      user("go"),
      {
        role: "assistant",
        content: "I call.",
        reasoning_content: "hm",
        tool_calls: [
          toolCall("a", "f", '{"x":1}'),
          toolCall("b", "g", ""),
          toolCall("c", "g", "["),
        ],
      },
      { role: "system", content: "be quick" },
      { role: "tool", tool_call_id: "a", content: "1" },
      { role: "tool", tool_call_id: "b", content: [{ type: "text", text: "2" }] },
      { role: "tool", tool_call_id: "c", content: "" },
      user("and?"),
    ],
    [text("Do not call any tool now: answer in text.")],
    [
      { role: "user", content: [text("go")] },
      {
        role: "assistant",
        content: [
          text("I call."),
          { toolUse: { toolUseId: "a", name: "f", input: { x: 1 } } },
          { toolUse: { toolUseId: "b", name: "g", input: {} } },
          { toolUse: { toolUseId: "c", name: "g", input: { invalid_arguments: "[" } } },
        ],
      },
      {
        role: "user",
        content: [
          { toolResult: { toolUseId: "a", content: [text("1")] } },
          { toolResult: { toolUseId: "b", content: [text("2")] } },
          { toolResult: { toolUseId: "c", content: [text("(no output)")] } },
          marked("be quick"),
          text("and?"),
        ],
      },
    ],
  ],
  [
    "images, documents and sounds",
    [
      user([
        { type: "text", text: "see" },
        { type: "image_url", image_url: { url: PNG } },
        { type: "file", file: { file_data: "data:text/plain;charset=utf-8;base64,aGk=" } },
        { type: "file", file: { file_data: PNG } },
        { type: "input_audio", input_audio: { data: "aGk=", format: "mp3" } },
      ]),
    ],
    undefined,
    [
      {
        role: "user",
        content: [
          text("see"),
          { image: { format: "png", source: { bytes: "iVBORw==" } } },
          { document: { format: "txt", name: "document", source: { bytes: "aGk=" } } },
          { image: { format: "png", source: { bytes: "iVBORw==" } } },
          { audio: { format: "mp3", source: { bytes: "aGk=" } } },
        ],
      },
    ],
  ],
  [
    "documents have clean, different names and text beside them",
    ["a/b_c.pdf", "a b c.pdf"].map((filename) =>
      user([{ type: "file", file: { filename, file_data: "data:application/pdf;base64,aGk=" } }]),
    ),
    undefined,
    [
      {
        role: "user",
        content: [
          { document: { format: "pdf", name: "a b c", source: { bytes: "aGk=" } } },
          { document: { format: "pdf", name: "a b c 2", source: { bytes: "aGk=" } } },
          text("(See the attached document.)"),
        ],
      },
    ],
  ],
];

test.each(cases)("%s", async (_name, messages, system, turns) => {
  expect(await conversation(messages)).toEqual({ system, messages: turns } as never);
});

describe("cache breakpoints", () => {
  const breakpoint = { cache_control: { type: "ephemeral", ttl: "1h" } };
  const messages = [
    { role: "system", content: [{ type: "text", text: "s", ...breakpoint }] },
    user([{ type: "text", text: "u", prompt_cache_breakpoint: { mode: "explicit", ttl: "12h" } }]),
    { role: "assistant", content: "a", cache_control: { type: "ephemeral" } },
  ];
  const tools = [{ type: "function", function: { name: "f" }, ...breakpoint }];

  const hour = { cachePoint: { type: "default", ttl: "1h" } };
  test.each([
    [CLAUDE, [hour], [hour], [hour]],
    ["anthropic.claude-sonnet-4-20250514-v1:0", [POINT], [POINT], [POINT]],
    [NOVA, [POINT], [POINT], []],
    [LLAMA, [], [], []],
  ])("%s", async (model, inSystem, inTurns, inTools) => {
    const { body } = await build({ messages, tools }, model);
    expect(body.system).toEqual([text("s"), ...inSystem] as never);
    expect(body.messages).toEqual([
      { role: "user", content: [text("u"), ...inTurns] },
      { role: "assistant", content: [text("a"), ...(inTurns.length > 0 ? [POINT] : [])] },
    ] as never);
    expect(body.toolConfig?.tools.slice(1)).toEqual(inTools as never);
  });
});

test("ids are made to fit, calls and results alike", async () => {
  const id = `call_${"x".repeat(80)}`;
  const messages = [
    user("go"),
    { role: "assistant", tool_calls: [toolCall(id, "f", "{}")] },
    { role: "tool", tool_call_id: id, content: "1" },
  ];
  for (const [model, pattern] of [
    [MISTRAL, /^[a-zA-Z0-9]{9}$/],
    [CLAUDE, /^call_x{35}_[a-f0-9]{16}$/],
  ] as const) {
    const { body } = await build({ messages }, model);
    const blocks = body.messages.flatMap(({ content }) => content);
    const ids = blocks.flatMap((block) => {
      if ("toolUse" in block) return [block.toolUse.toolUseId];
      return "toolResult" in block ? [block.toolResult.toolUseId] : [];
    });
    expect(ids).toHaveLength(2);
    expect(ids[0]).toMatch(pattern);
    expect(ids[1]).toBe(ids[0] ?? "");
  }
});

test.each([
  [[{ role: "function", name: "f", content: "x" }], "messages[0].role"],
  [
    [{ role: "assistant", function_call: { name: "f", arguments: "" } }],
    "messages[0].function_call",
  ],
  [[user("q"), { role: "assistant", content: "a" }, user(" ")], "messages[2].content"],
  [[user("q"), { role: "tool", tool_call_id: "a", content: "x" }], "messages[1].tool_call_id"],
  [
    [user("q"), { role: "assistant", tool_calls: [toolCall("a", "f", "{}")] }],
    "messages[1].tool_calls",
  ],
])("%j is refused at %s", async (messages, param) => {
  await expect(build({ messages })).rejects.toMatchObject({ status: 400, param });
});
