// What the documentation says of every metered endpoint.
import type { EndpointDoc } from "../openapi/endpoint-doc.ts";
import type { HeaderName } from "../openapi/header-docs.ts";

/** A paragraph for the endpoint's description. */
export const IDEMPOTENCY = `**Idempotency.** A request with an \`Idempotency-Key\` header can be sent again within 24 hours \
without being charged again: with the same key and body the first whole answer is given once \
more, word for word, with \`Idempotent-Replayed: true\`. A key whose request had no whole answer \
is free again.`;

export const meteredDoc = {
  headerParameters: {
    "Idempotency-Key": {
      description:
        "The client's name for this request: 1 to 255 visible ASCII characters. New for each request that is to be answered anew.",
    },
  },
  headers: [
    "X-Credits-Reserved",
    "X-AACFlow-Ignored",
    "Idempotent-Replayed",
    "Original-Request-Id",
  ] satisfies HeaderName[],
  errors: [
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
} satisfies Pick<EndpointDoc, "headerParameters" | "errors"> & { headers: HeaderName[] };
