// Amazon Bedrock's Converse API, with a Claude model that has a budget to think, in binary frames.
import { event, exception } from "../../providers/bedrock/support.ts";
import { json } from "../../support/raw-upstream.ts";
import {
  type Answer,
  type Driver,
  type End,
  type ErrorRow,
  type Fields,
  failed,
  joined,
  masked,
  openAiCalls,
  overloaded,
  rateLimited,
  type StreamParts,
  type Tokens,
  toJson,
} from "../driver.ts";
import {
  ANSWER_SCHEMA,
  LIMIT,
  LOOK_SCHEMA,
  PNG,
  QUESTION,
  REASONING_LIMIT,
  SYSTEM,
} from "../requests.ts";

const MODEL = "anthropic.claude-sonnet-4-5-20250929-v1:0";
const PATH = `/model/${encodeURIComponent(MODEL)}`;

const STOP_REASONS: Record<End, string> = {
  stop: "end_turn",
  stop_sequence: "stop_sequence",
  length: "max_tokens",
  tools: "tool_use",
  filter: "content_filtered",
};

const usageOf = ({ input, cached, output }: Tokens) => ({
  inputTokens: input - cached,
  outputTokens: output,
  totalTokens: input + output,
  ...(cached > 0 && { cacheReadInputTokens: cached, cacheWriteInputTokens: 0 }),
});

/** Claude's own count of its thinking, which Converse passes on where it is asked for. */
const thoughtOf = ({ reasoning }: Tokens) =>
  reasoning > 0 && {
    additionalModelResponseFields: {
      usage: { output_tokens_details: { thinking_tokens: reasoning } },
    },
  };

function whole({ text, reasoning, calls, end, tokens }: Answer): Fields {
  const thought = { text: joined(reasoning), signature: "c2ln" };
  const content: Fields[] = [
    ...(reasoning ? [{ reasoningContent: { reasoningText: thought } }] : []),
    ...(text ? [{ text: joined(text) }] : []),
    ...(calls ?? []).map((use) => ({
      toolUse: { toolUseId: use.id, name: use.name, input: toJson(use) },
    })),
  ];
  return {
    output: { message: { role: "assistant", content } },
    stopReason: STOP_REASONS[end],
    ...thoughtOf(tokens),
    usage: usageOf(tokens),
    metrics: { latencyMs: 1 },
  };
}

interface Block {
  start?: Fields;
  deltas: Fields[];
}

function blocksOf({ text, reasoning, calls }: Answer): Block[] {
  const thoughts = (reasoning ?? []).map((said) => ({ reasoningContent: { text: said } }));
  const signature = { reasoningContent: { signature: "c2ln" } };
  return [
    ...(reasoning ? [{ deltas: [...thoughts, signature] }] : []),
    ...(text ? [{ deltas: text.map((said) => ({ text: said })) }] : []),
    ...(calls ?? []).map(({ id, name, args }) => ({
      start: { toolUse: { toolUseId: id, name } },
      deltas: args.map((input) => ({ toolUse: { input } })),
    })),
  ];
}

function stream(answer: Answer): StreamParts {
  const said = blocksOf(answer).flatMap(({ start, deltas }, contentBlockIndex) => [
    ...(start ? [event("contentBlockStart", { contentBlockIndex, start })] : []),
    ...deltas.map((delta) => event("contentBlockDelta", { contentBlockIndex, delta })),
    event("contentBlockStop", { contentBlockIndex }),
  ]);
  return {
    head: [event("messageStart", { role: "assistant" }), ...said],
    tail: [
      event("messageStop", { stopReason: STOP_REASONS[answer.end], ...thoughtOf(answer.tokens) }),
      event("metadata", { usage: usageOf(answer.tokens), metrics: { latencyMs: 1 } }),
    ],
  };
}

/** AWS's name of each failure, in a header, and the status that it comes with. */
const EXCEPTIONS: Partial<Record<ErrorRow, [string, number]>> = {
  400: ["ValidationException", 400],
  401: ["UnrecognizedClientException", 403],
  403: ["AccessDeniedException", 403],
  404: ["ResourceNotFoundException", 404],
  429: ["ThrottlingException", 429],
  500: ["InternalServerException", 500],
  503: ["ServiceUnavailableException", 503],
  504: ["ModelTimeoutException", 408],
};

function failure(row: ErrorRow, message: string) {
  const [type, status] = EXCEPTIONS[row] ?? ["", row];
  const headers = { "x-amzn-errortype": `${type}:http://internal.amazon.com/coral/x/` };
  return json({ message }, status, { ...(type && headers), "retry-after": "7" });
}

const failedWith = (type: string) => exception(type, "The answer failed.");

const system = [{ text: SYSTEM }];
const user = { role: "user", content: [{ text: QUESTION }] };
const body = { messages: [user], system, inferenceConfig: { maxTokens: LIMIT } };
const look = {
  toolSpec: {
    name: "look",
    description: "Looks at a city.",
    inputSchema: { json: LOOK_SCHEMA },
  },
};
const toolUse = (toolUseId: string, city: string) => ({
  toolUse: { toolUseId, name: "look", input: { city } },
});
const toolResult = (toolUseId: string, text: string) => ({
  toolResult: { toolUseId, content: [{ text }] },
});
const access = { authorization: "Bearer ABSK-upstream" };

export const bedrock: Driver = {
  name: "bedrock",
  env: (url) => ({
    AWS_REGION: "eu-central-1",
    AWS_BEARER_TOKEN_BEDROCK: "ABSK-upstream",
    AWS_ENDPOINT_URL_BEDROCK_RUNTIME: url,
  }),
  model: MODEL,
  price: { input: 3_300_000, cacheRead: 330_000, output: 16_500_000 },
  path: { whole: `${PATH}/converse`, stream: `${PATH}/converse-stream` },
  headers: {
    whole: { ...access, accept: "application/json" },
    stream: { ...access, accept: "application/vnd.amazon.eventstream" },
  },
  whole,
  stream,
  streamType: "application/vnd.amazon.eventstream",
  streamExtras: {},
  sends: {
    text: body,
    tools: { ...body, toolConfig: { tools: [look], toolChoice: { any: {} } } },
    parallelTools: { ...body, toolConfig: { tools: [look] } },
    toolResults: {
      ...body,
      toolConfig: { tools: [look] },
      messages: [
        user,
        { role: "assistant", content: [toolUse("call_1", "Rome"), toolUse("call_2", "Oslo")] },
        { role: "user", content: [toolResult("call_1", "sunny"), toolResult("call_2", "rain")] },
      ],
    },
    jsonSchema: {
      ...body,
      outputConfig: {
        textFormat: {
          type: "json_schema",
          structure: { jsonSchema: { schema: JSON.stringify(ANSWER_SCHEMA), name: "person" } },
        },
      },
    },
    image: {
      messages: [
        {
          role: "user",
          content: [{ text: "What is it?" }, { image: { format: "png", source: { bytes: PNG } } }],
        },
      ],
      inferenceConfig: { maxTokens: LIMIT },
    },
    stop: { ...body, inferenceConfig: { maxTokens: LIMIT, stopSequences: ["END"] } },
    reasoning: {
      ...body,
      inferenceConfig: { maxTokens: REASONING_LIMIT },
      // Four fifths of the limit, which the budget is a part of.
      additionalModelRequestFields: { thinking: { type: "enabled", budget_tokens: 3_200 } },
      additionalModelResponseFieldPaths: ["/usage/output_tokens_details"],
    },
  },
  clientCalls: openAiCalls,
  historyCalls: openAiCalls,
  refused: () => ({
    message: { role: "assistant", content: "", refusal: null },
    finishReason: "content_filter",
  }),
  reasoning: { shown: true, counted: true },
  failure,
  failureSays: {},
  streamFailures: [
    { event: failedWith("serviceUnavailableException"), says: overloaded() },
    { event: failedWith("internalServerException"), says: failed() },
    { event: failedWith("throttlingException"), says: rateLimited("The answer failed.") },
    {
      event: failedWith("modelStreamErrorException"),
      says: masked(502, "upstream_error", "The provider failed to answer the request."),
    },
  ],
  failureIn200: "Converse documents no failure under status 200",
  tellsInputEarly: false,
};
