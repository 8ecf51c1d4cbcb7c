// A large request's messages are checked some at a time, with the same outcome as all at once.
import { expect, test } from "bun:test";
import { ApiError } from "../../src/base/errors.ts";
import { configSchema } from "../../src/config/schema.ts";
import { parseChatRequest, parseInTurns } from "../../src/http/endpoints/chat-completions/parse.ts";

const { limits } = configSchema.parse({});
const messages = Array.from({ length: 3_500 }, (_, i) => ({ role: "user", content: `${i}` }));

test("the whole request comes out, and others get their turns", async () => {
  const body = { model: "m", messages, temperature: 1, seed: null };
  let turns = 0;
  const parsed = await parseInTurns(body, limits, async () => {
    turns += 1;
  });
  expect(parsed).toEqual(parseChatRequest(body, limits));
  expect(turns).toBeGreaterThan(4);
});

test.each([
  ["a message", { messages: messages.with(2_345, { role: "nobody", content: "" }) }],
  [
    "a part",
    { messages: messages.with(3_499, { role: "user", content: [{ type: "text" }] as never }) },
  ],
  ["another field", { messages, temperature: "hot" }],
  ["the model", { messages, model: 7 }],
  ["no messages", { messages: [] }],
])("a fault in %s has the same words and place", async (_, fields) => {
  const body = { model: "m", ...fields };
  const thrown = (error: unknown) => (error as ApiError).message;
  let whole = "";
  try {
    parseChatRequest(body, limits);
  } catch (error) {
    whole = thrown(error);
  }
  const error = await parseInTurns(body, limits, () => Promise.resolve()).catch((one) => one);
  expect(error).toBeInstanceOf(ApiError);
  expect(thrown(error)).toBe(whole);
  expect(whole).not.toBe("");
});
