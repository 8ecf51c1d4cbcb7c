// What the benchmark asks for and is answered: the same bytes for every peer.

export const MODEL = "gpt-4o-mini";
export const CHUNKS = 100;

/** USD per million tokens, set in the gateway's configuration so that the charge is known here. */
export const PRICE = { inputPerMtok: "0.15", outputPerMtok: "0.60" };

export const USAGE = { prompt_tokens: 250, completion_tokens: CHUNKS, total_tokens: 250 + CHUNKS };

/** 250 x 0.15 + 100 x 0.60 = 97.5 micro-dollars, rounded up once. */
export const CHARGE_MICRO = 98;

const SENTENCE = "The quick brown fox jumps over the lazy dog, and nobody minds. ";

const request = {
  model: MODEL,
  messages: [
    { role: "system", content: "You are a helpful assistant." },
    { role: "user", content: SENTENCE.repeat(13) },
  ],
  max_tokens: 256,
  temperature: 0.7,
};

/** About 1 kB. */
export const SMALL_REQUEST = JSON.stringify(request);

export const STREAM_REQUEST = JSON.stringify({
  ...request,
  stream: true,
  stream_options: { include_usage: true },
});

const base = { id: "chatcmpl-bench", created: 1_700_000_000, model: `${MODEL}-2024-07-18` };

export const COMPLETION = JSON.stringify({
  ...base,
  object: "chat.completion",
  choices: [
    {
      index: 0,
      message: { role: "assistant", content: SENTENCE.repeat(6), refusal: null },
      logprobs: null,
      finish_reason: "stop",
    },
  ],
  usage: USAGE,
});

/** The events of a stream: 100 with text, then its end, its usage and [DONE]. */
export const STREAM_EVENTS: readonly string[] = [
  ...Array.from({ length: CHUNKS }, (_, index) =>
    event([{ index: 0, delta: { content: `word${index} ` }, finish_reason: null }], null),
  ),
  event([{ index: 0, delta: {}, finish_reason: "stop" }], null),
  event([], USAGE),
  "data: [DONE]\n\n",
];

function event(choices: object[], usage: object | null): string {
  const chunk = { ...base, object: "chat.completion.chunk", choices, usage };
  return `data: ${JSON.stringify(chunk)}\n\n`;
}
