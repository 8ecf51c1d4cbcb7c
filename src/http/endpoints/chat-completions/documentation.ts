// What the documentation says of POST /chat/completions.
import type { Config } from "../../../config/schema.ts";
import { IDEMPOTENCY, meteredDoc } from "../../metered/documentation.ts";
import type { EndpointDoc } from "../../openapi/endpoint-doc.ts";
import {
  completionExample,
  completionRequestExamples,
  failedStreamExample,
  streamExample,
} from "./examples.ts";
import { MESSAGE_LISTS } from "./parse.ts";
import { chatCompletionChunk } from "./schema/chunk.ts";
import { chatCompletion } from "./schema/completion.ts";
import { userPart } from "./schema/content-parts.ts";
import { message } from "./schema/messages.ts";
import { chatCompletionRequest } from "./schema/request.ts";
import { responseFormat } from "./schema/response-format.ts";
import { toolCall } from "./schema/tool-calls.ts";
import { tool, toolChoice } from "./schema/tools.ts";
import { usage } from "./schema/usage.ts";

const description = `Generates a model response for a conversation. Request and response are \
compatible with the OpenAI Chat Completions API; fields that are not listed here are kept and \
passed on where the provider takes them, and an explicit null counts as absent.

A deposit is reserved at the start of each request and reconciled against the actual cost once \
it is complete.

**Streaming.** With \`stream: true\` the answer is \`text/event-stream\`: each \`data:\` line \
is a ChatCompletionChunk, lines that start with a colon are comments and keep the connection \
alive, and \`data: [DONE]\` ends the stream, after a comment that says what was deducted (\`: \
x-credits-used=0.000007 x-credits-remaining=4.999993\`). A failure before the first chunk is an \
ordinary error response, unless the provider has been silent for some time (15 seconds by default): then the answer is \
a 200 with keep-alive comments already. A failure after that is a \`data:\` line with the error envelope, after \
which the stream ends without \`[DONE]\`.

${IDEMPOTENCY}`;

export const createChatCompletionDoc: EndpointDoc = {
  operationId: "createChatCompletion",
  tag: "Chat",
  summary: "Create a chat completion",
  description,
  headerParameters: meteredDoc.headerParameters,
  request: { schema: chatCompletionRequest, examples: completionRequestExamples },
  responses: {
    200: {
      description: "The completion: one object, or a stream of chunks with `stream: true`.",
      headers: meteredDoc.headers,
      content: {
        "application/json": { schema: chatCompletion, example: completionExample },
        "text/event-stream": {
          examples: {
            complete: { summary: "A whole stream, with usage", value: streamExample },
            failed: { summary: "A stream that fails", value: failedStreamExample },
          },
        },
      },
    },
  },
  errors: meteredDoc.errors,
  schemas: {
    ChatCompletionRequest: chatCompletionRequest,
    Message: message,
    ContentPart: userPart,
    Tool: tool,
    ToolChoice: toolChoice,
    ResponseFormat: responseFormat,
    ChatCompletion: chatCompletion,
    ChatCompletionChunk: chatCompletionChunk,
    ToolCall: toolCall,
    Usage: usage,
  },
  bounds: (limits) => ({
    ChatCompletionRequest: requestBounds(limits),
    Message: messageBounds(limits),
  }),
};

const messageBounds = ({ messageItems }: Config["limits"]) =>
  Object.fromEntries(MESSAGE_LISTS.map((field) => [field, { maxItems: messageItems }]));

const requestBounds = (limits: Config["limits"]) => ({
  messages: { maxItems: limits.messages },
  tools: { maxItems: limits.tools },
  functions: { maxItems: limits.tools },
  n: { maximum: limits.choices },
  logit_bias: { maxProperties: limits.jsonFields },
});
