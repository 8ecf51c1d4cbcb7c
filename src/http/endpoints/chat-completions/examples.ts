// Examples of requests and answers, most of them the public documentation's own.

export const completionRequestExamples = {
  simple: {
    summary: "One question",
    value: {
      model: "gpt-4o-mini",
      messages: [{ role: "user", content: "Summarise the top 3 risks in this contract." }],
      temperature: 0.2,
    },
  },
  streaming: {
    summary: "Streaming",
    value: {
      model: "gpt-4o-mini",
      messages: [{ role: "user", content: "Count to 5" }],
      stream: true,
    },
  },
  tools: {
    summary: "With a tool",
    value: {
      model: "claude-sonnet-4-6",
      messages: [{ role: "user", content: "What is the weather in Paris?" }],
      tools: [
        {
          type: "function",
          function: {
            name: "get_weather",
            parameters: {
              type: "object",
              properties: { city: { type: "string" } },
              required: ["city"],
            },
          },
        },
      ],
      tool_choice: "auto",
    },
  },
  json: {
    summary: "An answer in JSON",
    value: {
      model: "gpt-4o-mini",
      messages: [{ role: "user", content: "Name three colours, as JSON." }],
      response_format: { type: "json_object" },
    },
  },
};

export const completionExample = {
  id: "chatcmpl-a1b2c3d4e5f6",
  object: "chat.completion",
  created: 1720000000,
  model: "gpt-4o-mini",
  choices: [
    {
      index: 0,
      message: {
        role: "assistant",
        content: "Hello! How can I help you today?",
        refusal: null,
      },
      logprobs: null,
      finish_reason: "stop",
    },
  ],
  usage: { prompt_tokens: 9, completion_tokens: 12, total_tokens: 21 },
};

const chunk = (delta: object, finishReason: string | null) => ({
  id: "chatcmpl-a1b2c3d4e5f6",
  object: "chat.completion.chunk",
  created: 1720000000,
  model: "gpt-4o-mini",
  choices: [{ index: 0, delta, finish_reason: finishReason }],
});

/**
 * The chunks of {@link streamExample}; the last one comes only where the request asked for usage.
 */
const chunkExamples = [
  chunk({ role: "assistant", content: "" }, null),
  chunk({ content: "1, 2" }, null),
  chunk({}, "stop"),
  {
    ...chunk({}, null),
    choices: [],
    usage: { prompt_tokens: 10, completion_tokens: 9, total_tokens: 19, cost: 0.000007 },
  },
];

const CREDITS_COMMENT = ": x-credits-used=0.000007 x-credits-remaining=4.999993\n\n";

const frame = (data: object): string => `data: ${JSON.stringify(data)}\n\n`;

export const streamExample = [
  ...chunkExamples.map(frame),
  CREDITS_COMMENT,
  "data: [DONE]\n\n",
].join("");

export const failedStreamExample =
  chunkExamples.slice(0, 2).map(frame).join("") +
  CREDITS_COMMENT +
  frame({
    error: {
      message: "The provider stopped answering.",
      type: "server_error",
      param: null,
      code: "upstream_timeout",
    },
  });
