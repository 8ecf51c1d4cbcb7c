// Streams whose items come whole, without deltas: nothing of them is lost.
import { describe, expect, test } from "bun:test";
import {
  choicesOf,
  completed,
  done,
  type Fields,
  functionCall,
  message,
  outputText,
  read,
  reasoning,
} from "./support.ts";

const start = { role: "assistant", content: "", refusal: null };

describe("what came without deltas is given when its item is whole", () => {
  const output = [
    reasoning("hm"),
    message(outputText("Hi")),
    functionCall("call_1", "f", "{}"),
    functionCall("call_2", "g", ""),
  ];
  const expected = [
    [{ reasoning_content: "hm" }, null],
    [{ content: "Hi" }, null],
    [
      {
        tool_calls: [
          { index: 0, id: "call_1", type: "function", function: { name: "f", arguments: "" } },
        ],
      },
      null,
    ],
    [{ tool_calls: [{ index: 0, function: { arguments: "{}" } }] }, null],
    [
      {
        tool_calls: [
          { index: 1, id: "call_2", type: "function", function: { name: "g", arguments: "" } },
        ],
      },
      null,
    ],
    [{}, "tool_calls"],
  ];

  test.each<[string, Fields[]]>([
    ["at its own end", output.map((item, place) => done(place, item))],
    ["at the response's end", []],
  ])("%s", async (_name, events) => {
    const [first, ...rest] = choicesOf(await read(...events, completed({ output })));
    expect(first).toEqual([{ ...start, reasoning_content: "hm" }, null]);
    expect(rest).toEqual(expected.slice(1));
  });
});

test("citations come in one delta, each once", async () => {
  const cited = (url: string) =>
    message(
      outputText("a", {
        annotations: [{ type: "url_citation", start_index: 0, end_index: 1, title: "t", url }],
      }),
    );
  const output = [cited("https://a"), cited("https://b")];
  const given = choicesOf(await read(done(0, cited("https://a")), completed({ output })));
  const citation = (url: string) => ({
    type: "url_citation",
    url_citation: { start_index: 0, end_index: 1, title: "t", url },
  });
  expect(given.at(-2)).toEqual([
    { annotations: [citation("https://a"), citation("https://b")] },
    null,
  ]);
  expect(JSON.stringify(given).split("annotations")).toHaveLength(2);
});

test("summaries of several items are apart, as in a whole answer", async () => {
  const summary = (place: number, delta: string) => [
    { type: "response.reasoning_summary_part.added", output_index: place, summary_index: 0 },
    { type: "response.reasoning_summary_text.delta", output_index: place, delta },
  ];
  const chunks = await read(
    ...summary(0, "one"),
    ...summary(1, "two"),
    done(2, reasoning("three")),
    completed(),
  );
  const deltas = chunks.map(({ chunk }) => chunk.choices[0]?.delta ?? {});
  const thoughts = deltas.map((delta) =>
    "reasoning_content" in delta ? delta.reasoning_content : "",
  );
  expect(thoughts.join("")).toBe("one\n\ntwo\n\nthree");
});
