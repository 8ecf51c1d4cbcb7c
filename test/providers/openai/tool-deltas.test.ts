// Tool calls in streams: what clients put together from the deltas, whatever the provider repeats or leaves out.
import { describe, expect, test } from "bun:test";
import { answerOptions } from "../../../src/providers/openai/answer-options.ts";
import { COMPATIBLE } from "../../../src/providers/openai/quirks.ts";
import { ChatStream } from "../../../src/providers/openai/stream.ts";
import { callOf, collect, readSse } from "../support.ts";

type Fields = Record<string, unknown>;

const envelope = { id: "c1", object: "chat.completion.chunk", created: 5, model: "m" };

function read(events: (string | object)[]) {
  async function* batches() {
    yield events.map((event) => (typeof event === "string" ? event : JSON.stringify(event)));
  }
  return collect(readSse(new ChatStream(answerOptions(callOf(), COMPATIBLE)), batches()));
}

const piece = (delta: object, finish: string | null = null) => ({
  ...envelope,
  choices: [{ index: 0, delta, finish_reason: finish }],
});

/** The deltas as they come out; each item of `given` is one delta's calls. */
async function deltas(...given: Fields[][]): Promise<Fields[][]> {
  const events = given.map((calls) => piece({ role: "assistant", tool_calls: calls }));
  const chunks = await read([...events, piece({}, "tool_calls")]);
  return chunks
    .map(({ chunk }) => chunk.choices[0]?.delta.tool_calls as unknown as Fields[] | undefined)
    .filter((calls) => calls !== undefined);
}

/** As openai-python accumulates: strings are joined, at the place that the index says. */
async function joined(...given: Fields[][]): Promise<unknown[]> {
  const all: Fields[] = [];
  for (const delta of (await deltas(...given)).flat()) {
    const { index, ...rest } = delta;
    all[Number(index)] = join(all[Number(index)] ?? {}, rest);
  }
  return all;
}

function join(into: Fields, from: Fields): Fields {
  const result: Fields = { ...into };
  for (const [name, value] of Object.entries(from)) {
    const before = result[name];
    if (typeof before === "string" && typeof value === "string") {
      result[name] = before + value;
    } else if (typeof value === "object" && value !== null) {
      result[name] = join((before ?? {}) as Fields, value as Fields);
    } else {
      result[name] = value;
    }
  }
  return result;
}

const f = (args: string | object | undefined, name?: string | null) => ({
  function: { ...(name !== undefined && { name }), ...(args !== undefined && { arguments: args }) },
});
const called = (id: unknown, name: string, args: string) => ({
  id,
  type: "function",
  function: { name, arguments: args },
});
const type = "function";
const anId = expect.stringMatching(/^call_/);

test("a later fragment has what clients look for in it, or is none", async () => {
  const given = await deltas(
    [{ index: 0, id: "a", type, ...f("", "f") }],
    [{ index: 0, id: "a", type }],
    [{ index: 0, ...f("{}") }],
  );
  expect(given.flat().map((call) => "function" in call)).toEqual([true, true]);
});

describe("what is joined makes whole calls", () => {
  test.each<[string, Fields[][], unknown[]]>([
    [
      "id and type in each delta",
      [
        [{ index: 0, id: "call_1", type, ...f("", "f") }],
        [{ index: 0, id: "call_1", type, ...f('{"a":') }],
        [{ index: 0, id: "call_1", type, ...f("1}") }],
      ],
      [called("call_1", "f", '{"a":1}')],
    ],
    [
      "null and empty ids, types and names later on",
      [
        [{ index: 0, id: "a", type, ...f("", "f") }],
        [{ index: 0, id: null, type: null, ...f('{"a":', null) }],
        [{ index: 0, id: "", type: "", ...f("1}", "") }],
      ],
      [called("a", "f", '{"a":1}')],
    ],
    [
      "fresh ids in each delta",
      [
        [{ index: 0, id: "x1", type, ...f("", "f") }],
        [{ index: 0, id: "x2", type, ...f('{"a":') }],
        [{ index: 0, id: "x3", type, ...f("1}") }],
      ],
      [called("x1", "f", '{"a":1}')],
    ],
    [
      "fresh ids and the name in each delta",
      [
        [{ index: 0, id: "x1", type, ...f("", "f") }],
        [{ index: 0, id: "x2", type, ...f('{"a":', "f") }],
        [{ index: 0, id: "x3", type, ...f("1}", "f") }],
      ],
      [called("x1", "f", '{"a":1}')],
    ],
    [
      "fresh ids without an index",
      [
        [{ id: "x1", type, ...f("", "f") }],
        [{ id: "x2", ...f('{"a":') }],
        [{ id: "x3", ...f("1}") }],
      ],
      [called("x1", "f", '{"a":1}')],
    ],
    [
      "a second head under the first index, its arguments under a new one",
      [
        [{ index: 0, id: "a", type, ...f("", "f") }],
        [{ index: 0, ...f("{}") }],
        [{ index: 0, id: "b", type, ...f("", "g") }],
        [{ index: 1, ...f('{"b":') }],
        [{ index: 1, ...f("2}") }],
      ],
      [called("a", "f", "{}"), called("b", "g", '{"b":2}')],
    ],
    [
      "two whole calls under one index, with ids",
      [
        [{ index: 0, id: "a", type, ...f('{"a":1}', "f") }],
        [{ index: 0, id: "b", type, ...f("{}", "f") }],
      ],
      [called("a", "f", '{"a":1}'), called("b", "f", "{}")],
    ],
    [
      "two whole calls under one index, in one delta, without ids",
      [
        [
          { index: 0, ...f("{}", "f") },
          { index: 0, ...f("{}", "g") },
        ],
      ],
      [called(anId, "f", "{}"), called(anId, "g", "{}")],
    ],
    [
      "two calls without arguments under one index",
      [[{ index: 0, id: "a", type, ...f("", "f") }], [{ index: 0, id: "b", type, ...f("", "f") }]],
      [called("a", "f", ""), called("b", "f", "")],
    ],
    [
      "whole arguments that come again",
      [
        [{ index: 0, id: "a", type, ...f("", "f") }],
        [{ index: 0, ...f('{"a":') }],
        [{ index: 0, ...f("1}") }],
        [{ index: 0, ...f('{"a":1}') }],
        [{ index: 0, id: "a", type, ...f('{"a":1}', "f") }],
      ],
      [called("a", "f", '{"a":1}')],
    ],
    [
      "the same call twice, under ids of their own",
      [
        [{ index: 0, id: "a", type, ...f('{"a":1}', "f") }],
        [{ index: 0, id: "b", type, ...f('{"a":1}', "f") }],
      ],
      [called("a", "f", '{"a":1}'), called("b", "f", '{"a":1}')],
    ],
    [
      "fragments that say nothing",
      [
        [{ index: 0, id: "a", type, ...f("{}", "f") }],
        [{ index: 1 }],
        [{ index: 0, id: "a", type }],
        [{ index: 0, id: null, type: null, function: null }],
      ],
      [called("a", "f", "{}")],
    ],
    [
      "an empty head before the real one",
      [
        [{ index: 0, id: "", type, ...f("", "") }],
        [{ index: 0, id: "a", type, ...f("", "f") }],
        [{ index: 0, ...f("{}") }],
      ],
      [called("a", "f", "{}")],
    ],
    [
      "numbers written as text, in turns",
      [
        [{ index: "0", id: "a", type, ...f("", "f") }],
        [{ index: "1", id: "b", type, ...f("", "g") }],
        [{ index: "0", ...f('{"a":1}') }],
        [{ index: "1", ...f("{}") }],
      ],
      [called("a", "f", '{"a":1}'), called("b", "g", "{}")],
    ],
    [
      "a call whose head comes again at its end",
      [
        [{ index: 0, id: "a", type, ...f("{}", "f") }],
        [{ index: 0, id: "a", type, ...f("", "f") }],
      ],
      [called("a", "f", "{}")],
    ],
    [
      "one id for two calls",
      [
        [{ index: 0, id: "a", type, ...f("{}", "f") }],
        [{ index: 1, id: "a", type, ...f("{}", "g") }],
      ],
      [called("a", "f", "{}"), called(anId, "g", "{}")],
    ],
    [
      "two calls in turns",
      [
        [
          { index: 0, id: "a", type, ...f("", "f") },
          { index: 1, id: "b", type, ...f("", "f") },
        ],
        [
          { index: 0, ...f("{") },
          { index: 1, ...f("[") },
        ],
        [
          { index: 1, ...f("]") },
          { index: 0, ...f("}") },
        ],
      ],
      [called("a", "f", "{}"), called("b", "f", "[]")],
    ],
    [
      "two calls in turns, told by their ids alone",
      [
        [
          { id: "a", type, ...f("", "f") },
          { id: "b", type, ...f("", "f") },
        ],
        [
          { id: "a", ...f("{") },
          { id: "b", ...f("[") },
        ],
        [
          { id: "b", ...f("]") },
          { id: "a", ...f("}") },
        ],
      ],
      [called("a", "f", "{}"), called("b", "f", "[]")],
    ],
    [
      "whole calls without index and id",
      [[{ ...f({ a: 1 }, "f") }, { ...f("{}", "f") }]],
      [called(anId, "f", '{"a":1}'), called(anId, "f", "{}")],
    ],
    [
      "a name that comes after the id, and one in pieces",
      [
        [
          { index: 0, id: "a", type, ...f(undefined, null) },
          { index: 1, id: "b", ...f("", "get_") },
        ],
        [
          { index: 0, ...f("{}", "f") },
          { index: 1, ...f("{}", "it") },
        ],
      ],
      [called("a", "f", "{}"), called("b", "get_it", "{}")],
    ],
    [
      "indexes from 5 on, and none that is one",
      [
        [{ index: 5, id: "a", ...f("{}", "f") }],
        [{ index: "x", id: "b", ...f("{}", "g") }],
        [{ index: -1.5, ...f("", null) }],
      ],
      [called("a", "f", "{}"), called("b", "g", "{}")],
    ],
    [
      "custom calls, with nulls for the function",
      [
        [
          {
            index: 0,
            id: "c1",
            type: "custom",
            function: null,
            custom: { name: "patch", input: "" },
          },
        ],
        [{ index: 0, id: "c1", type: "custom", function: null, custom: { input: "***" } }],
        [{ index: 0, custom: null }],
      ],
      [{ id: "c1", type: "custom", custom: { name: "patch", input: "***" } }],
    ],
    [
      "a function with `custom: {}`, without an index",
      [
        [{ id: "a", type, custom: {}, ...f("", "f") }],
        [{ custom: {}, ...f("{}") }],
        [{ custom: {} }],
        [{ custom: null }],
      ],
      [called("a", "f", "{}")],
    ],
  ])("%s", async (_name, given, expected) => {
    expect(await joined(...given)).toEqual(expected);
  });

  test("numbers of 19 digits in arguments that come as an object keep every digit", async () => {
    const wire = JSON.stringify(piece({ tool_calls: [{ id: "a", ...f({ id: 1 }, "f") }] }));
    const chunks = await read([
      wire.replace('"id":1}', '"id":2512292042121000001}'),
      piece({}, "stop"),
    ]);
    const [first] = chunks[0]?.chunk.choices[0]?.delta.tool_calls ?? [];
    expect(first?.function?.arguments).toBe('{"id":2512292042121000001}');
  });
});

describe("empty arguments in a call's head", () => {
  const head = (args: string | object, index = 0) => ({
    ...{ index, id: `c${index}`, type },
    ...f(args, "f"),
  });
  const whole = (args: string, id = "c0") => ({ id, type, ...f(args, "f") });

  test.each([["{}"], [{}], [" {} "]])("%p make room for the real ones", async (empty) => {
    const more = [
      [{ index: 0, ...f("") }],
      [{ index: 0, ...f('{"a"') }],
      [{ index: 0, ...f(":1}") }],
    ];
    expect(await joined([head(empty)], ...more)).toEqual([whole('{"a":1}')]);
  });

  test("are given where no others come", async () => {
    expect(await joined([head("{}")])).toEqual([whole("{}")]);
    expect(await joined([head({})], [{ index: 0, ...f("") }])).toEqual([whole("{}")]);
    expect(await joined([head("{}"), head("{}", 1)])).toEqual([whole("{}"), whole("{}", "c1")]);
  });

  test("are given before the next call begins, which clients take for the end of the last", async () => {
    const [first, second] = await deltas([head("{}")], [head('{"b":2}', 1)]);
    expect(first).toEqual([head("")]);
    expect(second).toEqual([{ index: 0, ...f("{}") }, head('{"b":2}', 1)]);
  });

  test("are given before usage, which is to cover them", async () => {
    const usage = { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 };
    const events = [
      piece({ role: "assistant", tool_calls: [head("{}")] }),
      piece({}, "tool_calls"),
    ];
    const chunks = await read([...events, { ...envelope, choices: [], usage }, "[DONE]"]);
    const at = chunks.findIndex((one) => one.usage !== null);
    expect(at).toBeGreaterThan(0);
    const after = chunks.slice(at).flatMap(({ chunk }) => chunk.choices.map(({ delta }) => delta));
    expect(after).toEqual([{}]);
  });

  test("are given when the provider ends without a finish reason", async () => {
    const chunks = await read([piece({ role: "assistant", tool_calls: [head("{}")] }), "[DONE]"]);
    const calls = chunks.flatMap(({ chunk }) => chunk.choices[0]?.delta.tool_calls ?? []);
    expect(calls.map(({ function: said }) => said?.arguments).join("")).toBe("{}");
  });
});

describe("what passes", () => {
  test("in order, as written", async () => {
    const events = [
      piece({ role: "assistant", content: "" }),
      piece({ tool_calls: [{ index: 0, id: "a", type, ...f("", "f") }] }),
      piece({ tool_calls: [{ index: 0, ...f('{"x":') }] }),
      piece({ tool_calls: [{ index: 0, ...f("1}") }] }),
      piece({ tool_calls: [{ index: 1, id: "b", type, ...f('{"y":2}', "f") }] }),
      piece({
        tool_calls: [{ index: 2, id: "c", type: "custom", custom: { name: "c", input: "" } }],
      }),
      piece({ tool_calls: [{ index: 2, custom: { input: "x" } }] }),
    ];
    const chunks = await read([...events, piece({}, "tool_calls")]);
    const written = events.map((event) => JSON.stringify(event));
    expect(chunks.map(({ wire }) => wire)).toEqual([...written, null]);
  });

  test("a type of the host's own", async () => {
    const own = { index: 0, id: "a", type: "builtin_function", ...f('{"q":1}', "search") };
    expect(await deltas([own])).toEqual([[own]]);
  });
});

describe("what does not", () => {
  test.each([[[null, 1, "x", true, []]], ["x"], [{}], [null], [[]]])(
    "%j is no call",
    async (calls) => {
      const chunks = await read([piece({ content: "a", tool_calls: calls }), piece({}, "stop")]);
      expect(chunks[0]?.chunk.choices[0]?.delta as unknown).toEqual({
        content: "a",
        role: "assistant",
      });
    },
  );

  test.each([[{ function: null }], [{ function: 1 }], [{ custom: {}, function: "x" }], [{}]])(
    "%j is no call",
    async (call) => {
      expect(await deltas([call])).toEqual([]);
    },
  );

  test.each([[{ function: null }], [{ function: 1, custom: null }], [{ function: { name: 7 } }]])(
    "a call with an id and %j has its member",
    async (call) => {
      const member = { name: "", arguments: "" };
      expect(await deltas([{ id: "a", ...call }])).toEqual([
        [{ index: 0, id: "a", type, function: member }],
      ]);
    },
  );

  test("more calls, or numbers, than any turn has", async () => {
    const heads = Array.from({ length: 4_097 }, (_, index) => ({
      index,
      id: `c${index}`,
      ...f("", "f"),
    }));
    await expect(deltas(heads)).rejects.toThrow("more tool calls");
    const numbers = Array.from({ length: 5_000 }, (_, index) => ({ index, ...f("x") }));
    await expect(deltas(numbers)).rejects.toThrow("more tool calls");
  });
});
