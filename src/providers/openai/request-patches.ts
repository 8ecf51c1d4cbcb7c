// Named changes to an outgoing body, one for each way in which a provider departs from OpenAI.
import { isObject, type JsonObject } from "../shared/json.ts";

/**
 * Changes the top level of the body in place. What lies deeper belongs to the caller's request,
 * which may be tried on another provider, so that it must be replaced and never written to.
 */
export type RequestPatch = (body: JsonObject) => void;

/** Replaces each message by what `change` makes of it; it gets a copy that it may write to. */
function mapMessages(body: JsonObject, change: (message: JsonObject) => void): void {
  const messages = body.messages;
  if (!Array.isArray(messages)) {
    return;
  }
  body.messages = messages.map((message: unknown) => {
    if (!isObject(message)) {
      return message;
    }
    const copy = { ...message };
    change(copy);
    return copy;
  });
}

/** Replaces each tool call of a message (a copy already) by what `change` makes of a copy of it. */
function mapToolCalls(message: JsonObject, change: (call: JsonObject) => void): void {
  if (!Array.isArray(message.tool_calls)) {
    return;
  }
  message.tool_calls = message.tool_calls.map((call: unknown) => {
    if (!isObject(call)) {
      return call;
    }
    const copy = { ...call };
    change(copy);
    return copy;
  });
}

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

/**
 * Drops every message field but these, for a provider whose messages are checked against a closed
 * schema.
 */
export function keepMessageFields(...fields: string[]): RequestPatch {
  return (body) => {
    mapMessages(body, (message) => {
      for (const field of Object.keys(message)) {
        if (!fields.includes(field)) {
          delete message[field];
        }
      }
    });
  };
}

/** Gives back reasoning under Groq's name for it. */
export const reasoningContentAsReasoning: RequestPatch = (body) => {
  mapMessages(body, (message) => {
    if (typeof message.reasoning_content === "string") {
      message.reasoning = message.reasoning_content;
    }
    delete message.reasoning_content;
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
 * `extra_content` on tool calls carries Google's thought signatures: other providers do not know
 * it.
 */
export const dropToolCallExtras: RequestPatch = (body) => {
  mapMessages(body, (message) => {
    mapToolCalls(message, (call) => {
      delete call.extra_content;
    });
  });
};

/** Groq refuses the field `n` unless it is 1; above that, its refusal is the honest answer. */
export const dropSingleN: RequestPatch = (body) => {
  if (body.n === 1) {
    delete body.n;
  }
};

const MISTRAL_TOOL_ID = /^[A-Za-z0-9]{9}$/;

/**
 * Tool call ids must be 9 letters or digits at Mistral: others are hashed, the same id always to
 * the same.
 */
export const nineCharacterToolIds: RequestPatch = (body) => {
  mapMessages(body, (message) => {
    mapToolCalls(message, (call) => {
      call.id = mistralToolId(call.id);
    });
    if (message.tool_call_id !== undefined) {
      message.tool_call_id = mistralToolId(message.tool_call_id);
    }
  });
};

function mistralToolId(id: unknown): unknown {
  if (typeof id !== "string" || MISTRAL_TOOL_ID.test(id)) {
    return id;
  }
  return Bun.hash(id).toString(36).padStart(9, "0").slice(-9);
}
