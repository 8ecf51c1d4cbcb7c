// The gateway's call as the JSON body of an OpenAI-compatible provider.
import type { UpstreamCall } from "../protocol.ts";
import type { JsonObject } from "../shared/json.ts";
import { OPENAI_CHAT_FIELDS, type Quirks, SERVER_FIELDS } from "./quirks.ts";

export interface RequestOptions {
  quirks: Quirks;
  /**
   * The configuration's word on unknown fields; undefined leaves it to the quirks, `false` passes
   * none.
   */
  passFields: boolean | readonly string[] | undefined;
  stream: boolean;
}

/**
 * Builds the body. Only fields that the provider is known to take are sent, the rest is dropped:
 * the documented ones minus those it refuses, its own ones, and what the configuration names.
 * `call.request` stays as it is.
 */
export function buildRequest(call: UpstreamCall, options: RequestOptions): JsonObject {
  const { quirks } = options;
  const body: JsonObject = { model: call.upstreamModel };
  for (const [field, value] of Object.entries(call.request)) {
    if (value !== null && value !== undefined && passes(field, options)) {
      body[field] = value;
    }
  }
  if (call.maxOutputTokens !== null) {
    body[quirks.outputLimitField] = call.maxOutputTokens;
  }
  if (options.stream) {
    body.stream = true;
    const streamOptions: JsonObject = {
      ...(quirks.asksStreamUsage && { include_usage: true }),
      ...(quirks.refusesObfuscation && { include_obfuscation: false }),
    };
    if (Object.keys(streamOptions).length > 0) {
      body.stream_options = streamOptions;
    }
  }
  for (const patch of quirks.patches) {
    patch(body);
  }
  return body;
}

function passes(field: string, { quirks, passFields }: RequestOptions): boolean {
  if (SERVER_FIELDS.has(field)) {
    return false;
  }
  // What the operator names passes even where the declaration would drop it: providers change.
  if (Array.isArray(passFields) && passFields.includes(field)) {
    return true;
  }
  if (quirks.refusedFields.includes(field)) {
    return false;
  }
  if (OPENAI_CHAT_FIELDS.has(field)) {
    return quirks.knownFields === "all" || quirks.knownFields.includes(field);
  }
  if (typeof passFields === "boolean") {
    return passFields;
  }
  return quirks.passFields === true || quirks.passFields.includes(field);
}
