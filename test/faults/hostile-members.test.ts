// Members of a provider's answer that are null, or of a wrong type, at any place: whatever becomes of the answer, the
// request ends once, gives back its place, its hold and its idempotency key, and lets the provider go.
import { afterAll, beforeAll, expect, test } from "bun:test";
import fc from "fast-check";
import { type House, lastEnded, post, startHouse } from "../money/support.ts";
import { chunk, completion, DONE, usageChunk } from "../support/openai-wire.ts";
import { json, sse, type UpstreamAnswer } from "../support/raw-upstream.ts";
import { event } from "../support/sse.ts";
import { within } from "../support/wait.ts";

let house: House;
beforeAll(async () => {
  house = await startHouse({ limits: { concurrentRequests: 4 } });
});
afterAll(() => house.close());

/** The first estimate starts the tokenizer, which takes seconds on a busy machine. */
const SETTLED_MS = 30_000;

let asked = 0;

/** Asks for it twice under one key: the second is answered, or runs anew, but never waits for the first. */
async function expectEnded(answer: UpstreamAnswer, stream: boolean): Promise<void> {
  const key = `key-${++asked}`;
  for (const _ of [1, 2]) {
    house.upstream.answer(answer);
    const { server } = house;
    const response = await fetch(`${server.baseUrl}/chat/completions`, {
      method: "POST",
      headers: {
        authorization: `Bearer ${server.key}`,
        "content-type": "application/json",
        "idempotency-key": key,
      },
      body: JSON.stringify({
        model: "m",
        stream,
        messages: [{ role: "user", content: "x" }],
        tools: [{ type: "custom", custom: { name: "patch" } }],
      }),
    });
    expect([200, 500, 502]).toContain(response.status);
    await response.text();
    // A whole answer that came is given again, without another record.
    if (response.headers.get("idempotent-replayed") !== "true") await lastEnded(house, SETTLED_MS);
  }
  await within(
    house.upstream.requests.at(-1)?.closed ?? Promise.reject(),
    "the call closed",
    5_000,
  );
}

const CUSTOM = {
  index: 0,
  id: "c1",
  type: "custom",
  function: null,
  custom: { name: "patch", input: "" },
};
const ODD: unknown[] = [
  CUSTOM,
  { ...CUSTOM, custom: null },
  { index: 0, id: "c1", type: "function", function: null },
  { index: 0, id: "c1", type: "function", function: { name: null, arguments: null } },
  { index: 0, function: { name: 7, arguments: {} } },
  { index: "0", id: 7, type: true, function: "f" },
  null,
  "text",
  7,
  true,
  [],
];

test.each(ODD.map((call) => [JSON.stringify(call), call]))(
  "a call that is %s: first in a stream, in its middle, and whole",
  async (_name, call) => {
    const delta = { tool_calls: [call] };
    const words = event(chunk({ role: "assistant", content: "one two three" }));
    const end = [event(chunk({}, "tool_calls")), DONE];
    await expectEnded(sse([event(chunk(delta)), ...end]), true);
    await expectEnded(sse([words, event(chunk(delta)), words, ...end]), true);
    const whole = completion("", { usage: undefined }) as { choices: { message: object }[] };
    Object.assign(whole.choices[0]?.message ?? {}, delta);
    await expectEnded(json(whole), false);
  },
);

test("after as many of them as may run at once there is room for another", async () => {
  house.upstream.answer(json(completion("fine")));
  expect((await post(house)).status).toBe(200);
});

/** JSON with anything in the place of any of its members. */
function spoiled(value: unknown): fc.Arbitrary<unknown> {
  const odd = fc.constantFrom<unknown>(null, 0, -1, 1.5, true, "", "text", [], {}, [null], [[]]);
  const mostly = (whole: fc.Arbitrary<unknown>) =>
    fc.oneof({ weight: 12, arbitrary: whole }, { weight: 1, arbitrary: odd });
  if (Array.isArray(value)) return mostly(fc.tuple(...value.map(spoiled)));
  if (typeof value !== "object" || value === null) return mostly(fc.constant(value));
  const fields = Object.entries(value).map(([name, member]) => [name, spoiled(member)]);
  return mostly(fc.record(Object.fromEntries(fields)));
}

const FULL = {
  role: "assistant",
  content: "words",
  refusal: null,
  reasoning_content: "hm",
  tool_calls: [{ index: 0, id: "c", type: "function", function: { name: "f", arguments: "{}" } }],
};

test("anything at any place of a stream or of a whole answer", async () => {
  const first = spoiled(chunk(FULL));
  const second = spoiled(chunk(FULL, "stop"));
  const third = spoiled(usageChunk());
  await fc.assert(
    fc.asyncProperty(first, second, third, async (...chunks) => {
      await expectEnded(sse([...chunks.map((one) => event(one as object)), DONE]), true);
    }),
    { numRuns: 40 },
  );
  await fc.assert(
    fc.asyncProperty(spoiled(completion("words")), async (answer) => {
      await expectEnded(json(answer), false);
    }),
    { numRuns: 40 },
  );
}, 60_000);
