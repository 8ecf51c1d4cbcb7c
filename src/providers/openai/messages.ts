// Named changes to the messages of an outgoing body, one for each way in which a provider departs from OpenAI.
import { refuseOldForms } from "../shared/form-fields.ts";
import { ignoredNames } from "../shared/ignored.ts";
import { asArray, asObject, isObject, type JsonObject, nonEmptyString } from "../shared/json.ts";
import { fittingToolId, hashedId } from "../shared/tool-ids.ts";
import type { RequestPatch } from "./request-patches.ts";

/** Replaces each message by what `change` makes of it; it gets a copy that it may write to. */
function mapMessages(body: JsonObject, change: (message: JsonObject) => void): void {
  body.messages = copies(body.messages, change);
}

/** Replaces each tool call of a message (a copy already) by what `change` makes of a copy of it. */
function mapToolCalls(message: JsonObject, change: (call: JsonObject) => void): void {
  message.tool_calls = copies(message.tool_calls, change);
  if (message.tool_calls === undefined) {
    delete message.tool_calls;
  }
}

/** The list with each of its objects as `change` makes it, from a copy; no list as it is. */
function copies(list: unknown, change: (item: JsonObject) => void): unknown {
  if (!Array.isArray(list)) {
    return list;
  }
  return list.map((item: unknown) => {
    if (!isObject(item)) {
      return item;
    }
    const copy = { ...item };
    change(copy);
    return copy;
  });
}

/**
 * The role `developer` is OpenAI's alone; elsewhere it is refused, or missing from the chat
 * template.
 */
export const developerAsSystem: RequestPatch = (body) => {
  mapMessages(body, (message) => {
    if (message.role === "developer") {
      message.role = "system";
    }
  });
};

/**
 * Drops fields from every message, for providers that refuse a message with a field they do not
 * know.
 */
export function dropMessageFields(...fields: string[]): RequestPatch {
  return (body) => {
    mapMessages(body, (message) => {
      for (const field of fields) {
        delete message[field];
      }
    });
  };
}

/** What a tool call has in OpenAI's reference; clients keep an `index` from a stream, and more. */
const CALL_FIELDS: ReadonlySet<string> = new Set(["id", "type", "function", "custom"]);

/**
 * Drops every message field but these, and what is not OpenAI's of tool calls, for a provider whose
 * messages are checked against a closed schema: clients send back `annotations`, `id`, `status`,
 * `timestamp` and whatever else an answer had.
 */
export function keepMessageFields(...fields: string[]): RequestPatch {
  const known = new Set(fields);
  return (body, _call, lost) => {
    const messages = asArray(body.messages);
    for (const [index, message] of messages.map(asObject).entries()) {
      const unknown = Object.entries(message).filter(([field]) => !known.has(field));
      refuseOldForms(Object.fromEntries(unknown), `messages[${index}]`);
    }
    if (!known.has("name")) lost.push(...ignoredNames(messages));
    mapMessages(body, (message) => {
      sayRefusal(message);
      keepOnly(message, message.role === "function" ? new Set([...known, "name"]) : known);
      mapToolCalls(message, keepCallFields);
    });
  };
}

function keepCallFields(call: JsonObject): void {
  keepOnly(call, CALL_FIELDS);
  if (isObject(call.function)) {
    const { name, arguments: text } = call.function;
    call.function = { name, arguments: text };
  }
}

/** A refusal is what the assistant said: elsewhere than at OpenAI it is plain content. */
function sayRefusal(message: JsonObject): void {
  const refusal = nonEmptyString(message.refusal);
  if (refusal !== null) {
    message.content = withText(message.content, refusal);
  }
  message.content = copies(message.content, (part) => {
    if (part.type === "refusal") {
      part.type = "text";
      part.text = part.refusal;
      delete part.refusal;
    }
  });
}

/** Content, and a text after it. */
function withText(content: unknown, text: string): unknown {
  if (Array.isArray(content)) return [...content, { type: "text", text }];
  const before = nonEmptyString(content);
  return before === null ? text : `${before}\n${text}`;
}

function keepOnly(object: JsonObject, fields: ReadonlySet<string>): void {
  for (const field of Object.keys(object)) {
    if (!fields.has(field)) {
      delete object[field];
    }
  }
}

/**
 * Gives back reasoning under the provider's own name for it: answers have it as
 * `reasoning_content`. Models that do not reason refuse the field.
 */
export const reasoningContentAsReasoning: RequestPatch = (body, { facts }) => {
  mapMessages(body, (message) => {
    const { reasoning_content: reasoning } = message;
    delete message.reasoning_content;
    if (!facts.capabilities.reasoning) {
      delete message.reasoning;
    } else if (typeof reasoning === "string") {
      message.reasoning = reasoning;
    }
  });
};

/** DeepSeek wants `reasoning_content` on every assistant turn, if only as an empty string. */
export const reasoningContentOnEveryTurn: RequestPatch = (body) => {
  mapMessages(body, (message) => {
    if (message.role === "assistant" && typeof message.reasoning_content !== "string") {
      message.reasoning_content = "";
    }
  });
};

/**
 * `extra_content` on tool calls carries Google's thought signatures, `index` their place in a
 * stream: other providers do not know them.
 */
export const dropToolCallExtras: RequestPatch = (body) => {
  mapMessages(body, (message) => {
    mapToolCalls(message, keepCallFields);
  });
};

/**
 * Drops the breakpoints of Anthropic's prompt cache from parts, messages and tools: providers with a
 * closed schema refuse them, and no answer depends on them.
 */
export const dropCacheBreakpoints: RequestPatch = (body) => {
  const dropBreakpoint = (holder: JsonObject) => {
    delete holder.cache_control;
  };
  dropBreakpoint(body);
  if (asArray(body.tools).some((tool) => isObject(tool) && "cache_control" in tool)) {
    body.tools = copies(body.tools, dropBreakpoint);
  }
  mapMessages(body, (message) => {
    dropBreakpoint(message);
    message.content = copies(message.content, dropBreakpoint);
  });
};

/** Gives calls and their results ids that the provider takes, the same id always the same. */
function toolIds(fitting: (id: string) => string): RequestPatch {
  const mend = (holder: JsonObject, field: string) => {
    const id = holder[field];
    if (typeof id === "string") {
      holder[field] = fitting(id);
    }
  };
  return (body) => {
    mapMessages(body, (message) => {
      mapToolCalls(message, (call) => mend(call, "id"));
      mend(message, "tool_call_id");
    });
  };
}

const OPENAI_TOOL_ID = /^.{1,40}$/s;

/** OpenAI takes ids of at most 40 characters; other providers' in a history can be longer. */
export const shortToolIds = toolIds((id) => fittingToolId(id, OPENAI_TOOL_ID));

const MISTRAL_TOOL_ID = /^[A-Za-z0-9]{9}$/;

/** Tool call ids must be 9 letters or digits at Mistral. */
export const nineCharacterToolIds = toolIds((id) =>
  MISTRAL_TOOL_ID.test(id) ? id : hashedId(id, 9),
);
