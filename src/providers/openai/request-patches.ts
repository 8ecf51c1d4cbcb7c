// Named changes to the top level of an outgoing body, one for each way in which a provider departs from OpenAI.
import type { UpstreamCall } from "../protocol.ts";
import { isObject, type JsonObject } from "../shared/json.ts";
import { readTools } from "../shared/tool-choice.ts";

/**
 * Changes the top level of the body in place. What lies deeper belongs to the caller's request,
 * which may be tried on another provider, so that it must be replaced and never written to.
 * @param lost takes the names of what is left out and would have changed the answer
 */
export type RequestPatch = (body: JsonObject, call: UpstreamCall, lost: string[]) => void;

/** Renames a top-level field: Mistral's name for `seed` is `random_seed`. */
export function renameField(from: string, to: string): RequestPatch {
  return (body) => {
    if (from in body) {
      body[to] = body[from];
      delete body[from];
    }
  };
}

/** Mistral's word for `tool_choice: "required"` is `any`. */
export const toolChoiceAny: RequestPatch = (body) => {
  if (body.tool_choice === "required") {
    body.tool_choice = "any";
  }
};

/**
 * A choice among `allowed_tools` is OpenAI's alone: elsewhere only those are offered. What is lost
 * is the prompt cache of a longer list, and no part of the answer.
 */
export const allowedToolsOnly: RequestPatch = (body, { request }) => {
  if (isObject(body.tool_choice) && body.tool_choice.type === "allowed_tools") {
    const { allowed, choice } = readTools(request);
    body.tools = allowed;
    body.tool_choice = choice.kind === "required" ? "required" : "auto";
  }
};

/** Groq refuses the field `n` unless it is 1; above that, its refusal is the honest answer. */
export const dropSingleN: RequestPatch = (body) => {
  if (body.n === 1) {
    delete body.n;
  }
};

/**
 * Leaves out the names of the usual service tier that the provider does not know: it is what comes
 * without the field.
 */
export function dropUsualTier(...names: string[]): RequestPatch {
  return (body) => {
    if (typeof body.service_tier === "string" && names.includes(body.service_tier)) {
      delete body.service_tier;
    }
  };
}
