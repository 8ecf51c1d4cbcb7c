// A conversation of chat messages as the Responses API's list of input items.
import { invalidRequest } from "../../base/errors.ts";
import { refuseOldForms } from "../shared/form-fields.ts";
import { asArray, asObject, type JsonObject, nonEmptyString } from "../shared/json.ts";
import { formOf } from "../shared/tool-arguments.ts";
import { fittingToolId } from "../shared/tool-ids.ts";
import { toInputContent, toOutputContent } from "./content.ts";

/** The API's own rule for `call_id`. */
const CALL_ID = /^.{1,64}$/s;

/** The items' types by the calls' ids. */
type CallKinds = Map<string, "function_call" | "custom_tool_call">;

const callId = (given: unknown): string => fittingToolId(String(given), CALL_ID);

/**
 * The input items, in order. A message's `name` and an assistant's reasoning have no place there
 * and are left out, and so are items' own ids: nothing is stored that they could refer to.
 * @param messages the request's messages, validated
 * @throws ApiError 400, its param the message's path, for what the Responses API cannot express
 */
export function toInputItems(messages: readonly unknown[]): JsonObject[] {
  const kinds: CallKinds = new Map();
  return messages.flatMap((value, index) => {
    const message = asObject(value);
    const path = `messages[${index}]`;
    switch (message.role) {
      case "assistant":
        return fromAssistant(message, path, kinds);
      case "tool":
        return [fromTool(message, path, kinds)];
      case "system":
      case "developer":
      case "user": {
        const content = toInputContent(message.content, `${path}.content`);
        return [{ role: message.role, content }];
      }
      default:
        throw invalidRequest(
          "Messages of this role are not supported for this model with tools; use role 'tool'.",
          `${path}.role`,
        );
    }
  });
}

/** What was said, if anything, and then one item for each call. */
function fromAssistant(message: JsonObject, path: string, kinds: CallKinds): JsonObject[] {
  refuseOldForms(message, path);
  const content = toOutputContent(message.content, `${path}.content`);
  const refusal = nonEmptyString(message.refusal);
  if (refusal !== null) {
    content.push({ type: "refusal", refusal });
  }
  const calls = asArray(message.tool_calls).map((call) => fromCall(asObject(call), kinds));
  if (content.length > 0) {
    return [{ type: "message", role: "assistant", content }, ...calls];
  }
  // A turn in which nothing was said is still a turn.
  return calls.length > 0 ? calls : [{ role: "assistant", content: "" }];
}

function fromCall(call: JsonObject, kinds: CallKinds): JsonObject {
  const { member, textName } = formOf(call);
  const { name, [textName]: text } = asObject(call[member]);
  const type = member === "custom" ? "custom_tool_call" : "function_call";
  kinds.set(String(call.id), type);
  return { type, call_id: callId(call.id), name, [textName]: text };
}

/** A result's kind follows from the call that it answers. */
function fromTool(message: JsonObject, path: string, kinds: CallKinds): JsonObject {
  const { tool_call_id: id } = message;
  const output = toInputContent(message.content, `${path}.content`);
  const type = `${kinds.get(String(id)) ?? "function_call"}_output`;
  return { type, call_id: callId(id), output };
}
