// Text answers of the demo model: what it says, how it streams, where it stops, what it counts.

import { describe, expect, test } from "bun:test";
import { createDemoAdapter } from "../../../src/providers/demo/adapter.ts";
import { countTokens } from "../../../src/providers/demo/usage.ts";
import { chunksIn } from "../support.ts";
import { adapter, ask, call, deltas, never, read } from "./support.ts";

describe("what it says", () => {
  test("counts as far as it is asked to", async () => {
    expect((await ask(call("Count to 5"))).text).toBe("1, 2, 3, 4, 5");
    expect((await ask(call("please count up to 1."))).text).toBe("1");
    expect((await ask(call("count to 999999999"))).text.endsWith(", 1000")).toBe(true);
  });

  test.each([
    ["Hello!", "Hello! You said “Hello!”"],
    ["Summarise the top 3 risks in this contract.", "\n3. "],
    ["TL;DR please", "“TL;DR please”"],
    ["Why is the sky blue?", "You wrote “Why is the sky blue?” (5 words)"],
    ["", "You sent no text (0 words)"],
  ])("to %j it answers with %j", async (text, part) => {
    expect((await ask(call(text))).text).toContain(part);
  });

  test("names images, sounds and files that it received", async () => {
    const image = { type: "image_url" as const, image_url: { url: "data:image/png;base64,AA" } };
    const content = [{ type: "text" as const, text: "Look" }, image, image];
    const { text } = await ask(call("", { messages: [{ role: "user", content }] }));
    expect(text).toContain("“Look” (1 word, 2 images)");
  });

  test("quotes only the start of a long text", async () => {
    const { text } = await ask(call("word ".repeat(100_000)));
    expect(text.length).toBeLessThan(500);
  });

  test("says the same to the same request", async () => {
    const first = await ask(call("Anything", { n: 2 }));
    const second = await ask(call("Anything", { n: 2 }));
    expect(first.completion.choices).toEqual(second.completion.choices);
  });

  test("gives n choices that differ", async () => {
    const { completion } = await ask(call("Anything", { n: 3 }));
    expect(completion.choices.map((choice) => choice.index)).toEqual([0, 1, 2]);
    expect(new Set(completion.choices.map(({ message }) => message.content)).size).toBe(3);
  });
});

test("fields that do nothing here are named, whole and streamed", async () => {
  const asked = call("Anything", {
    n: 2,
    temperature: 0.5,
    seed: 7,
    frequency_penalty: 0,
    user: "u",
  });
  const names = ["temperature", "seed"];
  expect((await adapter.complete(asked, never)).ignored).toEqual(names);
  const given = (await read(asked)).flatMap(({ ignored }) => ignored ?? []);
  expect(given).toEqual(names);
  expect((await adapter.complete(call("Anything"), never)).ignored).toEqual([]);
});

describe("limits", () => {
  test("the output limit cuts the answer and says so", async () => {
    const { text, choice, usage } = await ask(call("Count to 100", {}, 7));
    expect(text).toBe("1, 2, 3, 4, 5, 6, 7, ");
    expect(choice.finish_reason).toBe("length");
    expect(usage.completionTokens).toBe(7);
  });

  test("a word may be cut, never counted past the limit", async () => {
    const { text, usage } = await ask(call("Hello", { n: 1 }, 3));
    expect(text).toBe("Hello! You ");
    expect(usage.completionTokens).toBe(3);
  });

  test("an answer of just the limit is whole", async () => {
    expect((await ask(call("Count to 3", {}, 3))).choice.finish_reason).toBe("stop");
  });

  test.each([
    ["3", "1, 2, "],
    [["9", "4"], "1, 2, 3, "],
    [["", "no such"], "1, 2, 3, 4, 5"],
    [[], "1, 2, 3, 4, 5"],
    ["1", ""],
  ])("stop %j leaves %j", async (stop, expected) => {
    const { text, choice } = await ask(call("Count to 5", { stop }));
    expect(text).toBe(expected);
    expect(choice.finish_reason).toBe("stop");
  });
});

describe("streaming", () => {
  test("gives one word a chunk, and the same text as without", async () => {
    const chunks = await read(call("Count to 3"));
    expect(deltas(chunks)).toEqual([
      { role: "assistant", content: "" },
      { content: "1, " },
      { content: "2, " },
      { content: "3" },
      {},
    ]);
    expect(chunks.at(-1)?.chunk.choices[0]?.finish_reason).toBe("stop");
    expect(new Set(chunks.map(({ chunk }) => chunk.id)).size).toBe(1);
  });

  test.each(["Hello!", "Summarise this", "x  y\n z", "  "])(
    "streams what it would complete: %j",
    async (text) => {
      for (const limit of [1, 5, null]) {
        const whole = await ask(call(text, { n: 2 }, limit));
        const chunks = await read(call(text, { n: 2 }, limit));
        for (const { index, message } of whole.completion.choices) {
          const streamed = deltas(chunks, index).map((delta) => delta.content ?? "");
          expect(streamed.join("")).toBe(message.content ?? "");
        }
        expect(chunks.at(-1)?.usage).toEqual(whole.usage);
        expect(chunks.filter(({ usage }) => usage !== null)).toHaveLength(1);
      }
    },
  );

  test("keeps the configured pace", async () => {
    const slow = createDemoAdapter({ wordDelayMs: 10, firstWordDelayMs: 30 });
    const started = performance.now();
    const times: number[] = [];
    for await (const _ of chunksIn(slow.stream(call("Count to 5"), never))) {
      times.push(performance.now() - started);
    }
    expect(times[0]).toBeGreaterThanOrEqual(28);
    expect(times.at(-1)).toBeGreaterThanOrEqual(65);
  });
});

describe("aborting", () => {
  const slow = createDemoAdapter({ wordDelayMs: 60_000, firstWordDelayMs: 0 });

  test("ends a stream at once with the signal's reason", async () => {
    const controller = new AbortController();
    const reason = new Error("client left");
    const seen: string[] = [];
    const reading = (async () => {
      for await (const { chunk } of chunksIn(slow.stream(call("Count to 5"), controller.signal))) {
        seen.push(chunk.choices[0]?.delta.content ?? "");
      }
    })();
    setTimeout(() => controller.abort(reason), 10);
    expect(await reading.catch((error) => error)).toBe(reason);
    expect(seen).toEqual(["", "1, "]);
  });

  test("ends a completion before its first word", async () => {
    const waiting = createDemoAdapter({ wordDelayMs: 0, firstWordDelayMs: 60_000 });
    const reason = new Error("deadline");
    const controller = new AbortController();
    const answer = waiting.complete(call("Hello"), controller.signal);
    controller.abort(reason);
    expect(await answer.catch((error) => error)).toBe(reason);
  });

  test("refuses to start when it has happened already", async () => {
    const gone = AbortSignal.abort(new Error("gone"));
    await expect(adapter.complete(call("Hello"), gone)).rejects.toThrow("gone");
  });
});

describe("usage", () => {
  test.each([
    ["", 0],
    ["a", 1],
    ["abcd", 1],
    ["abcde", 2],
    ["Hello, world!", 4],
    [" \n ", 0],
    ["日本語です", 2],
    ["😀😀😀😀", 1],
  ])("%j is %d tokens", (text, expected) => {
    expect(countTokens(text)).toBe(expected);
  });

  test("counts messages and their words, and reports no details", async () => {
    const { usage, completion } = await ask(call("Count to 5"));
    expect(usage).toMatchObject({ promptTokens: 4 + 4, completionTokens: 5, reasoningTokens: 0 });
    // It stands beside the answer, as with every provider.
    expect(completion.usage).toBeUndefined();
  });
});

test("it always answers its probe", async () => {
  expect((await adapter.probe(never)).ok).toBe(true);
});
