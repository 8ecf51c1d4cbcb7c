// OpenAI's answers as a provider writes them: whole ones, chunks, and the text of a stream.
import { event } from "./sse.ts";

export const USAGE = { prompt_tokens: 9, completion_tokens: 12, total_tokens: 21 };

type Fields = Record<string, unknown>;

/** A whole answer that says `content`; `extra` adds to it or replaces its fields. */
export function completion(content: string | null = "Hello!", extra: Fields = {}) {
  return {
    id: "chatcmpl-upstream1",
    object: "chat.completion",
    created: 1_720_000_000,
    model: "gpt-4o-mini-2024-07-18",
    choices: [
      {
        index: 0,
        message: { role: "assistant", content, refusal: null },
        logprobs: null,
        finish_reason: "stop",
      },
    ],
    usage: USAGE,
    ...extra,
  };
}

/** A chunk of one choice; without a finish reason unless one is given. */
export function chunk(delta: Fields, finishReason: string | null = null, extra: Fields = {}) {
  return {
    id: "chatcmpl-upstream1",
    object: "chat.completion.chunk",
    created: 1_720_000_000,
    model: "gpt-4o-mini-2024-07-18",
    choices: [{ index: 0, delta, finish_reason: finishReason, logprobs: null }],
    ...extra,
  };
}

/** The chunk that carries usage and nothing else. */
export const usageChunk = (usage: unknown = USAGE) => chunk({}, null, { choices: [], usage });

export const DONE = "data: [DONE]\n\n";

/** A whole stream that says these words, one event each, with usage and `[DONE]`. */
export function streamOf(...words: string[]): string[] {
  return [
    event(chunk({ role: "assistant", content: "" })),
    ...words.map((content) => event(chunk({ content }))),
    event(chunk({}, "stop")),
    event(usageChunk()),
    DONE,
  ];
}
