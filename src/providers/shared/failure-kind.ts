// What kind of failure a provider's status, codes and words stand for: the same in every dialect.
import type { ErrorDetails } from "./error-body.ts";
import { asArray, isObject } from "./json.ts";

export type FailureKind =
  /** The caller's request is at fault. */
  | "invalid"
  | "context_length"
  /** What the caller sent was found to be against a policy. */
  | "content_filter"
  | "model_not_found"
  | "too_large"
  | "rate_limited"
  | "overloaded"
  | "timeout"
  /** The gateway itself is refused, by its key, its rights or its account: the operator's trouble. */
  | "account"
  /** The provider is at fault. */
  | "failed";

/** Matches any of the expressions, in either case: patterns for providers' words, one alternative a line. */
export function anyOf(...expressions: string[]): RegExp {
  return new RegExp(expressions.join("|"), "i");
}

/** How providers say that the prompt is too long; OpenAI's code for it steers LangChain and others. */
const CONTEXT = anyOf(
  "context[_ ](?:length|window|size|limit)",
  "maximum (?:context|prompt length|input length)",
  "(?:prompt|input) (?:is )?too (?:long|large)",
  "too many (?:input )?tokens",
  "input token count .{0,40}(?:exceeds|supports up to)",
  "model(?:'s)? token limit",
  "(?:prompt|input) exceeds? (?:the )?max(?:imum)? length",
  "range of input length",
  "inputs`? tokens \\+ ",
  "input (?:length|tokens?) .{0,80}(?:exceed|too long)",
  "exceeds? the (?:model's )?(?:maximum|max) (?:number of )?(?:input )?tokens",
  "reduce the length of the (?:messages|prompt|input)",
  "exceed_context_size",
);

/** Codes and types with which a provider refuses the gateway itself. */
const ACCOUNT_CODE = anyOf(
  "insufficient_(?:quota|balance|credits)",
  "exceeded_current_quota",
  "billing",
  "invalid_api_key",
  "authentication",
  "permission_(?:error|denied)",
  "unauthenticated",
  "spend_limit",
);

/** The same, said in words under a status that looks like the caller's fault or like a passing one. */
const ACCOUNT_WORDS = anyOf(
  "\\b(?:incorrect|invalid|missing) api key",
  "api key (?:not valid|not found|expired|is invalid)",
  "credit balance is too low",
  "exceeded your current quota",
  "insufficient (?:account )?(?:balance|credits|funds)",
  "used all available credits",
  "monthly spending limit",
  "organization has been disabled",
  "reached your specified (?:workspace )?api usage limits",
  "(?:organization|workspace)(?:'s)? (?:monthly |spend |usage )+limit",
  "location is not supported",
  "enabl(?:e|ing) billing",
);

/** Codes for a refusal of what the caller sent, which some providers give the status of a refused key. */
const CONTENT = anyOf(
  "content[_ ](?:filter|policy|violation|management)",
  "responsible_?ai_?policy",
  "data_inspection_failed",
  "moderation_blocked",
);

/** The same in words. */
const VIOLATION = anyOf(
  "violat\\w+ (?:\\w+ ){0,3}(?:usage|content|safety) ?(?:guidelines?|polic(?:y|ies))",
  "(?:usage|safety) (?:guidelines?|polic(?:y|ies))",
  "failed check: safety",
  "(?:input|output|prompt|content|request|response) (?:(?:was|were|is|has been) )?(?:flagged|blocked by)",
  "requires moderation",
);

/** Validators' own words, under whatever status and type they come. */
const VALIDATION = anyOf(
  "\\bvalidation errors?\\b",
  "'loc': ?\\(",
  "field required",
  "extra inputs are not permitted",
  "input should be (?:a |an |')",
  "roles must alternate",
);

/** Types of errors that say that the request is at fault, whatever the status beside them says. */
const INVALID_TYPE = /^(?:invalid_request_error|BadRequestError|ValidationError|value_error)$/;

/** The kind of a failure with this status. The words can say more than the status does. */
export function failureKind(status: number, details: ErrorDetails): FailureKind {
  const kind = STATUSES.find(([, statuses]) => statuses.includes(status))?.[0] ?? "failed";
  const code = `${details.code ?? ""} ${details.type ?? ""}`;
  const words = details.message ?? "";
  switch (kind) {
    case "account":
      return isContentRefusal(code, words, details) ? "content_filter" : "account";
    case "invalid":
    case "model_not_found":
    case "too_large":
    case "rate_limited":
      if (ACCOUNT_CODE.test(code) || ACCOUNT_WORDS.test(words)) return "account";
      if (kind !== "invalid" && kind !== "too_large") return kind;
      if (CONTEXT.test(code) || CONTEXT.test(words)) return "context_length";
      return kind === "invalid" && isContentRefusal(code, words, details) ? "content_filter" : kind;
    case "failed":
      // Servers such as llama-cpp-python answer a bad request with 500 and a validator's words.
      if (status !== 500) return kind;
      if (CONTEXT.test(code) || CONTEXT.test(words)) return "context_length";
      return isValidation(details) ? "invalid" : kind;
    default:
      return kind;
  }
}

/** What a status says by itself; any other one says that the provider is at fault. */
const STATUSES: readonly (readonly [FailureKind, readonly number[]])[] = [
  ["invalid", [400, 422]],
  ["account", [401, 402, 403]],
  ["model_not_found", [404]],
  ["too_large", [413]],
  ["rate_limited", [429]],
  ["overloaded", [408, 409, 425, 503, 529]],
  ["timeout", [504, 524]],
];

/** Codes that say so under a 200 or in a stream, by how they begin: those of OpenAI's Responses API. */
const INVALID_CODE = anyOf(
  "^invalid_",
  "^(?:empty_|unsupported_)?image_",
  "^failed_to_download_image",
  "^(?:bio|misalignment)_policy",
  "^context_length_",
);

/** The status that an error without an HTTP status of its own stands for. */
export function statusOfWords({ type, code }: ErrorDetails): number {
  const words = `${type ?? ""} ${code ?? ""}`.toLowerCase();
  if (ACCOUNT_CODE.test(words)) return 401;
  if (INVALID_CODE.test(code ?? "")) return 400;
  if (/rate_?limit|too_?many_?requests|resource_exhausted|throttl/.test(words)) return 429;
  if (/overload|unavailable|capacity/.test(words)) return 503;
  if (/time_?out|deadline/.test(words)) return 504;
  if (/not_?found/.test(words)) return 404;
  return /invalid_request|invalid_argument|bad_?request|validation|context_length|content_filter/.test(
    words,
  )
    ? 400
    : 502;
}

function isContentRefusal(code: string, words: string, { raw }: ErrorDetails): boolean {
  const { reasons } = isObject(raw.metadata) ? raw.metadata : {};
  return CONTENT.test(code) || VIOLATION.test(words) || asArray(reasons).length > 0;
}

function isValidation({ type, message, param, raw }: ErrorDetails): boolean {
  return (
    INVALID_TYPE.test(type ?? "") ||
    VALIDATION.test(message ?? "") ||
    (param !== null && Array.isArray(raw.detail))
  );
}
