// The headers of the public API, described once.

const credits = (description: string) => ({
  description,
  schema: { type: "string" as const, pattern: "^\\d+\\.\\d{6}$" },
  example: "0.000021",
});

const text = (description: string, example: string) => ({
  description,
  schema: { type: "string" as const },
  example,
});

const whole = (description: string, example: number) => ({
  description,
  schema: { type: "integer" as const, minimum: 0 },
  example,
});

/** `components.headers` of the document. */
export const headerDocs = {
  "X-Request-Id": text(
    "Unique request identifier for support; GET /api/v1/ai/requests/{id} takes it.",
    "req_01JD8X2T5Z3M9Q4V7B6N1K0WYH",
  ),
  "X-Credits-Used": credits(
    "Credits deducted for this request (USD, 6 decimal places). On a stream: the deposit held.",
  ),
  "X-Credits-Remaining": credits(
    "Credit balance after this request (USD, 6 decimal places). On a stream: less the deposit.",
  ),
  "X-Credits-Reserved": credits(
    "Only on streams: the deposit held, as a sign that X-Credits-Used is provisional. " +
      "The final figures come at the stream's end and from GET /api/v1/ai/requests/{id}.",
  ),
  "Retry-After": whole("Seconds to wait before another try.", 2),
  "Retry-After-Ms": whole("The same in milliseconds.", 1500),
  "X-Should-Retry": {
    description: "false where another try cannot help; both OpenAI SDKs obey it.",
    schema: { type: "string" as const, enum: ["true", "false"] },
    example: "false",
  },
  "X-AACFlow-Ignored": text(
    "Fields of the request that the model's provider has no counterpart for, and that were left out or lowered. " +
      "On a stream that was answered before its provider's first event it is a comment before the first chunk.",
    "top_k, parallel_tool_calls",
  ),
  "Idempotent-Replayed": {
    description: "true on the answer of an earlier request with the same Idempotency-Key.",
    schema: { type: "string" as const, enum: ["true"] },
    example: "true",
  },
  "Original-Request-Id": text(
    "Beside it: the request that was charged.",
    "req_01JD8X2T5Z3M9Q4V7B6N1K0WYH",
  ),
  "WWW-Authenticate": text("How a key is sent.", 'Bearer realm="AACFlow"'),
  Allow: text("The methods that this path takes.", "POST"),
};

export type HeaderName = keyof typeof headerDocs;

/** On every answer to a caller who is known. */
export const CREDIT_HEADERS: readonly HeaderName[] = [
  "X-Request-Id",
  "X-Credits-Used",
  "X-Credits-Remaining",
];

/** Returns the `headers` of one response, as references into `components.headers`. */
export function headerRefs(names: readonly HeaderName[]): Record<string, { $ref: string }> {
  return Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]));
}
