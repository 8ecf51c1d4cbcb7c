// What the upstreams answer: a completion, and a stream of a hundred words in each dialect.
import { anthropic } from "../test/dialects/drivers/anthropic.ts";
import { bedrock } from "../test/dialects/drivers/bedrock.ts";
import { gemini } from "../test/dialects/drivers/gemini.ts";
import { openai } from "../test/dialects/drivers/openai.ts";

/** The dialects that are compared, as the test suite's drivers describe them. */
export const DRIVERS = { openai, anthropic, gemini, bedrock };

export type DialectName = keyof typeof DRIVERS;

/** Words of a stream, one event each. */
const WORDS = 100;

const SENTENCE = "The quick brown fox jumps over the lazy dog, and nobody minds. ";
const tokens = { input: 250, cached: 0, output: WORDS, reasoning: 0 };

/** An answer of about a kilobyte, whole. */
export const COMPLETION = JSON.stringify(
  openai.whole({ text: [SENTENCE.repeat(10)], end: "stop", tokens }),
);

/** All events of a stream, as they are on the wire. */
export function streamEvents(dialect: DialectName): Uint8Array[] {
  const text = Array.from({ length: WORDS }, (_, index) => `word${index} `);
  const { head, tail } = DRIVERS[dialect].stream({ text, end: "stop", tokens });
  return [...head, ...tail].map((event) =>
    typeof event === "string" ? new TextEncoder().encode(event) : event,
  );
}

/** A chat request whose prompt has about that many bytes. */
export function chatRequest(model: string, promptBytes: number, stream: boolean): string {
  return JSON.stringify({
    model,
    messages: [
      { role: "system", content: "You are a helpful assistant." },
      { role: "user", content: SENTENCE.repeat(Math.ceil(promptBytes / SENTENCE.length)) },
    ],
    max_tokens: 256,
    temperature: 0.7,
    ...(stream && { stream: true, stream_options: { include_usage: true } }),
  });
}
