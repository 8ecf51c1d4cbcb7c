// What the documentation says of POST /chat/completions.

import type { RouteDoc } from "../../openapi/endpoint-doc.ts";
import { KEY_ERRORS } from "../../openapi/error-docs.ts";
import {
  completionExample,
  completionRequestExamples,
  failedStreamExample,
  streamExample,
} from "../../openapi/examples.ts";
import { CREDIT_HEADERS } from "../../openapi/header-docs.ts";

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

**Idempotency.** A request with an \`Idempotency-Key\` header can be sent again within 24 hours \
without being charged again: with the same key and body the first whole answer is given once \
more, word for word, with \`Idempotent-Replayed: true\`. A key whose request had no whole answer \
is free again.`;

export const chatRouteDoc = {
  method: "POST",
  path: "/api/v1/ai/chat/completions",
  operationId: "createChatCompletion",
  tag: "Chat",
  summary: "Create a chat completion",
  description,
  access: "key",
  headerParameters: {
    "Idempotency-Key": {
      description:
        "The client's name for this request: 1 to 255 visible ASCII characters. New for each request that is to be answered anew.",
    },
  },
  request: { schema: "ChatCompletionRequest", examples: completionRequestExamples },
  responses: {
    200: {
      description: "The completion: one object, or a stream of chunks with `stream: true`.",
      headers: [
        ...CREDIT_HEADERS,
        "X-Credits-Reserved",
        "X-AACFlow-Ignored",
        "Idempotent-Replayed",
        "Original-Request-Id",
      ],
      content: {
        "application/json": { schema: "ChatCompletion", example: completionExample },
        "text/event-stream": {
          examples: {
            complete: { summary: "A whole stream, with usage", value: streamExample },
            failed: { summary: "A stream that fails", value: failedStreamExample },
          },
        },
      },
    },
  },
  errors: [
    ...KEY_ERRORS,
    "InvalidRequest",
    "InsufficientCredits",
    "ModelNotFound",
    "RequestTimeout",
    "IdempotencyConflict",
    "RequestTooLarge",
    "UnsupportedMediaType",
    "IdempotencyKeyReused",
    "UpstreamError",
    "UpstreamTimeout",
  ],
} satisfies RouteDoc;
