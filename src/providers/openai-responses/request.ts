// The gateway's call as the JSON body of OpenAI's Responses API.
import type { ChatRequest, ChatResponseFormat } from "../../base/chat.ts";
import { invalidRequest } from "../../base/errors.ts";
import type { Quirks } from "../openai/quirks.ts";
import type { UpstreamCall } from "../protocol.ts";
import { OPENAI_CHAT_FIELDS, SERVER_FIELDS } from "../shared/chat-fields.ts";
import { refuseForms } from "../shared/form-fields.ts";
import { ignoredWords, lostFields } from "../shared/ignored.ts";
import { asArray, isGiven, type JsonObject } from "../shared/json.ts";
import { toInputItems } from "./messages.ts";
import { REFUSED_FIELDS, RESERVED_FIELDS, SERVED_FIELDS, SHARED_FIELDS } from "./parameters.ts";
import { toTool, toToolChoice } from "./tools.ts";

/**
 * The least output limit that the API takes, in tokens. A smaller one cannot be raised, as the
 * limit is what was paid for, and chat completions would refuse the request: the answer is a 400.
 */
const MIN_OUTPUT_TOKENS = 16;

export interface ResponsesRequestOptions {
  quirks: Pick<Quirks, "refusesObfuscation">;
  /**
   * Fields of the configuration's `passFields` pass by name only: `true` would let callers reach
   * features of this API that keep state or cost extra.
   */
  passFields: boolean | readonly string[] | undefined;
  stream: boolean;
}

/**
 * Builds the body: stateless, so that nothing is kept at the provider unless the request asks for
 * `store`. `call.request` stays as it is.
 * @throws ApiError 400 with a param for what the Responses API cannot do
 */
export function buildResponsesRequest(
  call: UpstreamCall,
  options: ResponsesRequestOptions,
): { body: JsonObject; ignored: string[] } {
  const { request } = call;
  const { reasoning_effort: effort } = request;
  refuseForms(request, REFUSED_FIELDS, explainRefusal);
  const body: JsonObject = {
    model: call.upstreamModel,
    input: toInputItems(request.messages),
    store: false,
  };
  const passed = passedByName(options.passFields);
  for (const field of [...SHARED_FIELDS, ...passed]) {
    // Groq's name for the usual tier, which is what comes without the field.
    if (isGiven(request[field]) && request[field] !== "on_demand") {
      body[field] = request[field];
    }
  }
  Object.assign(
    body,
    outputLimit(call),
    isGiven(effort) && { reasoning: { effort } },
    text(request),
    tools(request),
    logprobs(request),
    options.stream && { stream: true },
    options.stream &&
      options.quirks.refusesObfuscation && { stream_options: { include_obfuscation: false } },
  );
  const served = new Set([...SERVED_FIELDS, ...passed]);
  const lost = lostFields(request, (field) => served.has(field));
  return { body, ignored: [...lost, ...ignoredWords(request.messages, "messages.name")] };
}

const explainRefusal = (field: string): string =>
  `'${field}' cannot be used in this request: OpenAI serves this model, with these tools ` +
  "and this effort, only through its Responses API, which lacks the field.";

function passedByName(passFields: ResponsesRequestOptions["passFields"]): readonly string[] {
  if (!Array.isArray(passFields)) {
    return [];
  }
  return passFields.filter(
    (field: string) =>
      !RESERVED_FIELDS.has(field) && !OPENAI_CHAT_FIELDS.has(field) && !SERVER_FIELDS.has(field),
  );
}

function outputLimit({ maxOutputTokens, request }: UpstreamCall): JsonObject {
  if (maxOutputTokens === null) {
    return {};
  }
  if (maxOutputTokens < MIN_OUTPUT_TOKENS) {
    const older = request.max_completion_tokens === undefined && request.max_tokens !== undefined;
    const field = older ? "max_tokens" : "max_completion_tokens";
    throw invalidRequest(
      `'${field}' must be at least ${MIN_OUTPUT_TOKENS} for this model with tools.`,
      field,
      "integer_below_min_value",
    );
  }
  return { max_output_tokens: maxOutputTokens };
}

function text({ response_format: format, verbosity }: ChatRequest): JsonObject {
  const settings = {
    ...(format && { format: answerForm(format) }),
    ...(isGiven(verbosity) && { verbosity }),
  };
  return Object.keys(settings).length === 0 ? {} : { text: settings };
}

function answerForm({ type, json_schema: given }: ChatResponseFormat): JsonObject {
  if (type !== "json_schema") {
    return { type };
  }
  const { name, description, schema, strict } = given ?? { name: "answer" };
  const described = typeof description === "string" && { description };
  return { type, name, ...described, schema: schema ?? {}, strict: strict ?? false };
}

function tools(request: ChatRequest): JsonObject {
  const offered = asArray(request.tools).map(toTool);
  const { tool_choice: choice } = request;
  return {
    ...(offered.length > 0 && { tools: offered }),
    ...(isGiven(choice) && { tool_choice: toToolChoice(choice) }),
  };
}

/** The API gives log probabilities only to those who ask for them in `include`. */
function logprobs({ logprobs: wanted, top_logprobs: top }: ChatRequest): JsonObject {
  if (wanted !== true) {
    return {};
  }
  return {
    include: ["message.output_text.logprobs"],
    ...(typeof top === "number" && { top_logprobs: top }),
  };
}
