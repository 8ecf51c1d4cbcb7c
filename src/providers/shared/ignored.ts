// Fields that a dialect leaves out because it cannot express them: named to the caller, never lost in silence.
import type { ChatRequest } from "../../base/chat.ts";
import { asArray, asObject, isObject, nonEmptyString } from "./json.ts";

/** Values that ask for what is so anyway. */
const DEFAULTS: Readonly<Record<string, unknown>> = {
  frequency_penalty: 0,
  presence_penalty: 0,
  logprobs: false,
  top_logprobs: 0,
  verbosity: "medium",
  parallel_tool_calls: true,
  service_tier: "auto",
};

/** Those of the fields that the request gives and that ask for something. */
export function ignoredFields(request: ChatRequest, fields: readonly string[]): string[] {
  return fields.filter((field) => {
    const value = request[field];
    const isEmpty = Array.isArray(value)
      ? value.length === 0
      : isObject(value) && Object.keys(value).length === 0;
    return value !== undefined && value !== null && !isEmpty && value !== DEFAULTS[field];
  });
}

/** What `ignored` has for speakers' names that have no counterpart; a tool's is no speaker's. */
export function ignoredNames(messages: readonly unknown[]): string[] {
  const says = messages.map(asObject).some(({ role, name }) => {
    return role !== "tool" && role !== "function" && nonEmptyString(name) !== null;
  });
  return says ? ["messages.name"] : [];
}

/** What `ignored` has for images whose `detail` is said and has no counterpart. */
export function ignoredDetail(messages: ChatRequest["messages"]): string[] {
  const says = messages.some(({ content }) =>
    asArray(content).some((part) => {
      const { detail } = asObject(asObject(part).image_url);
      return nonEmptyString(detail) !== null && detail !== "auto";
    }),
  );
  return says ? ["image_url.detail"] : [];
}
