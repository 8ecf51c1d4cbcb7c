// An answer's blocks as deltas: what belongs to the answer, which calls there are, and under which ids.
import { expect, test } from "bun:test";
import { AnswerBlocks } from "../../../src/providers/claude/answer-blocks.ts";
import { type Delta, messageOf } from "../../../src/providers/shared/envelope.ts";

type Step = (blocks: AnswerBlocks) => Delta[];

const text =
  (value: string): Step =>
  (blocks) =>
    blocks.text(value);
const tool =
  (index: number, id: unknown, name: unknown, input?: unknown): Step =>
  (blocks) =>
    blocks.openTool(index, { id, name, input });
const piece =
  (index: number, json: string): Step =>
  (blocks) =>
    blocks.toolInput(index, json);
const close =
  (index: number): Step =>
  (blocks) =>
    blocks.closeTool(index);

function said(answerTool: string | null, ...steps: Step[]) {
  const blocks = new AnswerBlocks(answerTool);
  const deltas = steps.flatMap((step) => step(blocks));
  const { content, tool_calls: calls = [] } = messageOf([...deltas, ...blocks.end()]);
  return { content: content ?? "", calls: calls as Record<string, unknown>[] };
}

const call = (id: string, name: string, json: string) => ({
  id,
  type: "function",
  function: { name, arguments: json },
});

test.each<[string, string | null, Step[], string, object[]]>([
  ["text", null, [text("a"), text("b")], "ab", []],
  ["text held back, no answer", "json", [text("a"), text("b")], "ab", []],
  [
    "the answer, its preface left out",
    "json",
    [text("a"), tool(0, "t", "json", { a: 1 })],
    '{"a":1}',
    [],
  ],
  ["what follows the answer left out", "json", [tool(0, "t", "json", {}), text("b")], "{}", []],
  [
    "the first of two answers",
    "json",
    [tool(0, "t", "json"), piece(0, "1"), tool(1, "u", "json"), piece(1, "2")],
    "1",
    [],
  ],
  [
    "text before a call, beside an answer tool",
    "json",
    [text("a"), tool(0, "t", "f", { x: 1 })],
    "a",
    [call("t", "f", '{"x":1}')],
  ],
  ["a call whose block never ends", null, [tool(0, "t", "f")], "", [call("t", "f", "{}")]],
  [
    "two calls in one block",
    null,
    [tool(0, "t", "f"), tool(0, "u", "g"), piece(0, '{"y":2}')],
    "",
    [call("t", "f", "{}"), call("u", "g", '{"y":2}')],
  ],
  [
    "input as text",
    null,
    [tool(0, "t", "f", '{"x":1}'), close(0)],
    "",
    [call("t", "f", '{"x":1}')],
  ],
  ["input of another type", null, [tool(0, "t", "f", [1]), close(0)], "", [call("t", "f", "{}")]],
])("%s", (_, answerTool, steps, content, calls) => {
  expect(said(answerTool, ...steps)).toEqual({ content, calls } as never);
});

test("two calls under one id, or without any, can be answered apart", () => {
  const { calls } = said(null, tool(0, "t", "f"), tool(1, "t", "f"), tool(2, null, "f"));
  const ids = calls.map(({ id }) => String(id));
  expect(ids[0]).toBe("t");
  expect(new Set(ids).size).toBe(3);
  expect(ids.every((id) => id.length > 0)).toBe(true);
});

test("text that is held back has a bound", () => {
  const blocks = new AnswerBlocks("json");
  const much = "x".repeat(1_048_576);
  for (let count = 0; count < 4; count++) blocks.text(much);
  expect(() => blocks.text("x")).toThrow("larger than the gateway accepts");
});
