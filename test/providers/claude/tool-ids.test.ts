// Ids of calls: what a model takes, each its own, and the same each time.
import { expect, test } from "bun:test";
import { fitClaudeId, fitMistralId, ToolIds } from "../../../src/providers/claude/tool-ids.ts";

const CLAUDE = /^[a-zA-Z0-9_-]{1,64}$/;

const given = [
  "toolu_01A",
  "call_1",
  "",
  "functions.get:0",
  "a b/c",
  "ü".repeat(70),
  "x".repeat(64),
  "x".repeat(65),
  `${"x".repeat(65)}y`,
  "call_".padEnd(92, "0123456789"),
];

test("fit for Claude, different, and the same again", () => {
  const made = (ids: ToolIds) => given.map((id) => ids.next(id));
  const first = made(new ToolIds(fitClaudeId));
  for (const id of first) expect(id).toMatch(CLAUDE);
  expect(new Set(first).size).toBe(given.length);
  expect(made(new ToolIds(fitClaudeId))).toEqual(first);
  expect([first[0], first[1], first[3], first[6]]).toEqual([
    "toolu_01A",
    "call_1",
    "functions_get_0",
    "x".repeat(64),
  ]);
});

test("fit for Mistral", () => {
  const ids = new ToolIds(fitMistralId);
  const made = [...given, ...given].map((id) => ids.next(id));
  for (const id of made) expect(id).toMatch(/^[a-zA-Z0-9]{9}$/);
  expect(new Set(made).size).toBe(made.length);
  expect(new ToolIds(fitMistralId).next("abcDEF123")).toBe("abcDEF123");
});

test("one id again and again, and ids that become the same", () => {
  const ids = new ToolIds(fitClaudeId);
  const made = Array.from({ length: 20_000 }, (_, at) => ids.next(at % 2 === 0 ? "0.0" : "0:0"));
  expect(new Set(made).size).toBe(made.length);
  const long = "y".repeat(64);
  const again = [ids.next(long), ids.next(long), ids.next(long)];
  for (const id of again) expect(id).toMatch(CLAUDE);
  expect(new Set(again).size).toBe(3);
});
