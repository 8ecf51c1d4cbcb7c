// An answer that a model failed to write in a form that its provider can read: what is there of it is shown and charged.

import { afterAll, describe, expect, test } from "bun:test";
import { readWire } from "../chat/stream-support.ts";
import { expectQuietBooks, post } from "../chat/support.ts";
import { event } from "../providers/bedrock/support.ts";
import { answerOf, sse } from "../providers/gemini/support.ts";
import { json, type UpstreamAnswer } from "../support/raw-upstream.ts";
import { event as sseEvent } from "../support/sse.ts";
import { expectRecord, openBench, STREAMING, streamed } from "./bench.ts";
import type { Bytes, Driver, Fields } from "./driver.ts";
import { bedrock } from "./drivers/bedrock.ts";
import { gemini } from "./drivers/gemini.ts";
import { openai } from "./drivers/openai.ts";
import { joinChunks } from "./join-chunks.ts";
import { clientRequest } from "./requests.ts";

interface Wire {
  driver: Driver;
  word: string;
  whole(text: string, output: number): Fields;
  stream(text: string, output: number): Bytes[];
}

const INPUT = 10;
const counts = (output: number) => ({
  prompt_tokens: INPUT,
  completion_tokens: output,
  total_tokens: INPUT + output,
});
const GOOGLES = "function_call_filter: MALFORMED_FUNCTION_CALL";
const geminiAnswer = (text: string, output: number) =>
  answerOf(text === "" ? [] : [{ text }], "MALFORMED_FUNCTION_CALL", {
    promptTokenCount: INPUT,
    candidatesTokenCount: output,
    totalTokenCount: INPUT + output,
  });
const converseUsage = (output: number) => ({
  usage: { inputTokens: INPUT, outputTokens: output, totalTokens: INPUT + output },
});

const WIRES: readonly Wire[] = [
  {
    driver: gemini,
    word: "MALFORMED_FUNCTION_CALL",
    whole: geminiAnswer,
    stream: (text, output) => [sse([geminiAnswer(text, output)])],
  },
  {
    driver: bedrock,
    word: "malformed_tool_use",
    whole: (text, output) => ({
      output: { message: { role: "assistant", content: text === "" ? [] : [{ text }] } },
      stopReason: "malformed_tool_use",
      ...converseUsage(output),
    }),
    stream: (text, output) => [
      event("messageStart", { role: "assistant" }),
      ...(text === ""
        ? []
        : [event("contentBlockDelta", { contentBlockIndex: 0, delta: { text } })]),
      event("messageStop", { stopReason: "malformed_tool_use" }),
      event("metadata", converseUsage(output)),
    ],
  },
  {
    driver: openai,
    word: GOOGLES,
    whole: (text, output) => ({
      choices: [
        { index: 0, message: { role: "assistant", content: text }, finish_reason: GOOGLES },
      ],
      usage: counts(output),
    }),
    stream: (text, output) => [
      sseEvent({
        choices: [
          { index: 0, delta: { role: "assistant", content: text }, finish_reason: GOOGLES },
        ],
        usage: counts(output),
      }),
    ],
  },
];

describe.each(WIRES.map((wire) => [`${wire.driver.name}, ${wire.word}`, wire] as const))(
  "%s",
  (_name, { driver, whole, stream }) => {
    const opening = openBench(driver);

    afterAll(async () => {
      const bench = await opening;
      await expectQuietBooks(bench.server);
      await bench.close();
    });

    async function ask(answer: UpstreamAnswer, extra: Fields = {}): Promise<Response> {
      const { server, upstream } = await opening;
      upstream.answer(answer);
      return post(server, { ...clientRequest(driver, "text"), ...extra });
    }

    test.each([
      ["after words", "Let me", 3],
      ["with output that is counted alone", "", 3],
    ])("%s: whole and streamed alike, cut and charged", async (_case, text, output) => {
      const answered = await ask(json(whole(text, output)));
      const { choices } = (await answered.json()) as { choices: Fields[] };
      expect([answered.status, choices[0]?.finish_reason]).toEqual([200, "length"]);
      const flowing = await ask(streamed(driver, stream(text, output)), STREAMING);
      const wire = readWire(await flowing.text());
      expect(wire.errors).toEqual([]);
      expect(joinChunks(wire).finishReasons).toEqual(["length"]);
      const { price } = driver;
      const chargedMicro = Math.ceil((INPUT * price.input + output * price.output) / 1e6);
      for (const response of [answered, flowing]) {
        const reported = { ending: "completed", usageSource: "reported", chargedMicro };
        await expectRecord(await opening, response, reported);
      }
    });

    test("with nothing written: a failure, which costs nothing before the answer has begun", async () => {
      const answered = await ask(json(whole("", 0)));
      const flowing = await ask(streamed(driver, stream("", 0)), STREAMING);
      await answered.text();
      const said = await flowing.text();
      // Converse's first event says that the answer begins, so that its stream is a 200 by then.
      const isOpen = driver.name === "bedrock";
      expect([answered.status, flowing.status]).toEqual([502, isOpen ? 200 : 502]);
      expect(said).toContain("The provider stopped its answer with an error.");
      expect(said).not.toContain("[DONE]");
      for (const response of isOpen ? [answered] : [answered, flowing]) {
        await expectRecord(await opening, response, { chargedMicro: 0 });
      }
    });
  },
);
