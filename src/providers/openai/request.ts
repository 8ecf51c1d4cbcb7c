// The gateway's call as the JSON body of an OpenAI-compatible provider.
import type { UpstreamCall } from "../protocol.ts";
import { OPENAI_CHAT_FIELDS, SERVER_FIELDS } from "../shared/chat-fields.ts";
import { isFormField, refuseForms } from "../shared/form-fields.ts";
import { lostFields } from "../shared/ignored.ts";
import { isGiven, type JsonObject } from "../shared/json.ts";
import { PROVIDER_WISHES } from "../shared/provider-wishes.ts";
import type { Quirks } from "./quirks.ts";

export interface RequestOptions {
  quirks: Quirks;
  /**
   * The configuration's word on unknown fields; undefined leaves it to the quirks, `false` passes
   * none.
   */
  passFields: boolean | readonly string[] | undefined;
  stream: boolean;
}

export interface BuiltRequest {
  body: JsonObject;
  /** Fields that were left out although the answer would be another with them. */
  ignored: readonly string[];
}

/**
 * Builds the body. Only fields that the provider is known to take are sent, the rest is dropped:
 * the documented ones minus those it refuses, its own ones, and what the configuration names.
 * `call.request` stays as it is.
 * @throws ApiError 400 for a field that the provider does not take and whose loss would change the
 * answer's form
 */
export function buildRequest(call: UpstreamCall, options: RequestOptions): BuiltRequest {
  const { quirks } = options;
  const { request } = call;
  const body: JsonObject = { model: call.upstreamModel };
  const dropped: string[] = [];
  for (const field of Object.keys(request)) {
    const value = request[field];
    if (!isGiven(value) || SERVER_FIELDS.has(field)) {
      continue;
    }
    if (passes(field, options)) {
      body[field] = value;
    } else {
      dropped.push(field);
    }
  }
  const ignored = dropped.length === 0 ? [] : readDropped(request, dropped);
  leaveOutNoEffort(body, call);
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
    patch(body, call, ignored);
  }
  return { body, ignored };
}

/**
 * The names of those of the dropped fields that ask for something.
 * @throws ApiError 400 for one that asks for an answer of another form
 */
function readDropped(request: UpstreamCall["request"], dropped: readonly string[]): string[] {
  refuseForms(request, dropped.filter(isFormField));
  const left = new Set(dropped);
  return lostFields(request, (field) => !left.has(field) || isFormField(field));
}

/** Whether a provider is known to act on the wishes of {@link PROVIDER_WISHES}. */
export function takesWishes({ quirks, passFields }: Omit<RequestOptions, "stream">): boolean {
  const isNative = passFields !== false && isNamed(PROVIDER_WISHES, quirks.passFields);
  return isNative || passFields === true || isNamed(PROVIDER_WISHES, passFields);
}

function isNamed(field: string, fields: boolean | readonly string[] | undefined): boolean {
  return Array.isArray(fields) && fields.includes(field);
}

function passes(field: string, options: RequestOptions): boolean {
  const { quirks, passFields } = options;
  // What the operator names passes even where the declaration would drop it: providers change.
  if (isNamed(field, passFields)) {
    return true;
  }
  if (field === PROVIDER_WISHES) {
    return takesWishes(options);
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

/** Models that do not reason refuse the field, and do what it asks for anyway. */
function leaveOutNoEffort(body: JsonObject, { facts }: UpstreamCall): void {
  if (body.reasoning_effort === "none" && !facts.capabilities.reasoning) {
    delete body.reasoning_effort;
  }
}
