// Named changes to the messages of an outgoing body, one for each way in which a provider departs from OpenAI.
import type { UpstreamCall } from "../protocol.ts";
import { refuseOldForms } from "../shared/form-fields.ts";
import { ignoredWords } from "../shared/ignored.ts";
import { asArray, asObject, isObject, type JsonObject, nonEmptyString } from "../shared/json.ts";
import { fittingToolId, hashedId, MISTRAL_TOOL_ID } from "../shared/tool-ids.ts";
import type { RequestPatch } from "./request-patches.ts";

/** Changes a message in place, which is a copy, as are its parts and its calls. */
export type MessageChange = (message: JsonObject, context: MessageContext) => void;

interface MessageContext {
  call: UpstreamCall;
  /** Of the message, as `messages[1]`. */
  place: string;
  /** As a patch has it. */
  lost: string[];
}

/** The patch that changes every message so, in this order; those of plain words stay as they are. */
export function onMessages(...changes: readonly MessageChange[]): RequestPatch {
  return (body, call, lost) => {
    body.messages = asArray(body.messages).map((given, index) => {
      if (isPlain(given)) return given;
      const message = { ...asObject(given) };
      for (const list of ["content", "tool_calls"]) {
        if (Array.isArray(message[list])) message[list] = message[list].map(copied);
      }
      for (const change of changes) change(message, { call, place: `messages[${index}]`, lost });
      return message;
    });
  };
}

const PLAIN_ROLES: ReadonlySet<unknown> = new Set(["user", "assistant", "system"]);

/** Words and who said them, and nothing else: no provider wants that in another form, and most messages are that. */
function isPlain(message: unknown): boolean {
  if (!isObject(message) || typeof message.content !== "string") return false;
  for (const field in message) if (field !== "role" && field !== "content") return false;
  return PLAIN_ROLES.has(message.role);
}

const copied = (item: unknown) => (isObject(item) ? { ...item } : item);

const callsOf = (message: JsonObject) => asArray(message.tool_calls).filter(isObject);

const partsOf = (message: JsonObject) => asArray(message.content).filter(isObject);

/**
 * The role `developer` is OpenAI's alone; elsewhere it is refused, or missing from the chat
 * template.
 */
export const developerAsSystem: MessageChange = (message) => {
  if (message.role === "developer") {
    message.role = "system";
  }
};

/**
 * Drops fields from every message, for providers that refuse a message with a field they do not
 * know.
 */
export function dropMessageFields(...fields: string[]): MessageChange {
  return (message) => {
    for (const field of fields) {
      delete message[field];
    }
  };
}

/**
 * Drops every message field but these, and what is not OpenAI's of tool calls, for a provider whose
 * messages are checked against a closed schema: clients send back `annotations`, `id`, `status`,
 * `timestamp` and whatever else an answer had.
 */
export function keepMessageFields(...fields: string[]): MessageChange {
  return (message, context) => {
    const known = new Set(message.role === "function" ? [...fields, "name"] : fields);
    sayRefusal(message);
    const unknown = Object.entries(message).filter(([field]) => !known.has(field));
    refuseOldForms(Object.fromEntries(unknown), context.place);
    const told = known.has("name") ? [] : ignoredWords([message], "messages.name");
    context.lost.push(...told.filter((name) => !context.lost.includes(name)));
    keepOnly(message, known);
    dropToolCallExtras(message, context);
  };
}

/** What a tool call has in OpenAI's reference; clients keep an `index` from a stream, and more. */
const CALL_FIELDS: ReadonlySet<string> = new Set(["id", "type", "function", "custom"]);

/**
 * `extra_content` on tool calls carries Google's thought signatures, `index` their place in a
 * stream: other providers do not know them.
 */
export const dropToolCallExtras: MessageChange = (message) => {
  for (const call of callsOf(message)) {
    keepOnly(call, CALL_FIELDS);
    if (isObject(call.function)) {
      const { name, arguments: text } = call.function;
      call.function = { name, arguments: text };
    }
  }
};

/** A refusal is what the assistant said: elsewhere than at OpenAI it is plain content. */
function sayRefusal(message: JsonObject): void {
  const refusal = nonEmptyString(message.refusal);
  if (refusal !== null) {
    message.content = withText(message.content, refusal);
  }
  for (const part of partsOf(message)) {
    if (part.type === "refusal") {
      part.type = "text";
      part.text = part.refusal;
      delete part.refusal;
    }
  }
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
export const reasoningContentAsReasoning: MessageChange = (message, { call }) => {
  const { reasoning_content: reasoning } = message;
  delete message.reasoning_content;
  if (!call.facts.capabilities.reasoning) {
    delete message.reasoning;
  } else if (typeof reasoning === "string") {
    message.reasoning = reasoning;
  }
};

/** DeepSeek wants `reasoning_content` on every assistant turn, if only as an empty string. */
export const reasoningContentOnEveryTurn: RequestPatch = (body) => {
  body.messages = asArray(body.messages).map((message) =>
    isObject(message) &&
    message.role === "assistant" &&
    typeof message.reasoning_content !== "string"
      ? { ...message, reasoning_content: "" }
      : message,
  );
};

/**
 * Drops the breakpoints of Anthropic's prompt cache from parts, messages and tools: providers with a
 * closed schema refuse them, and no answer depends on them.
 */
export const dropCacheBreakpoints: RequestPatch = (body, ...context) => {
  delete body.cache_control;
  if (Array.isArray(body.tools)) {
    body.tools = body.tools.map(({ cache_control: _breakpoint, ...tool }: JsonObject) => tool);
  }
  dropFromMessages(body, ...context);
};

const dropFromMessages = onMessages((message) => {
  for (const holder of [message, ...partsOf(message)]) {
    delete holder.cache_control;
  }
});

/** Gives calls and their results ids that the provider takes, the same id always the same. */
function toolIds(fitting: (id: string) => string): MessageChange {
  const mend = (holder: JsonObject, field: string) => {
    const id = holder[field];
    if (typeof id === "string") {
      holder[field] = fitting(id);
    }
  };
  return (message) => {
    for (const call of callsOf(message)) {
      mend(call, "id");
    }
    mend(message, "tool_call_id");
  };
}

const OPENAI_TOOL_ID = /^.{1,40}$/s;

/** OpenAI takes ids of at most 40 characters; other providers' in a history can be longer. */
export const shortToolIds = toolIds((id) => fittingToolId(id, OPENAI_TOOL_ID));

/** Tool call ids must be 9 letters or digits at Mistral. */
export const nineCharacterToolIds = toolIds((id) =>
  MISTRAL_TOOL_ID.test(id) ? id : hashedId(id, 9),
);
