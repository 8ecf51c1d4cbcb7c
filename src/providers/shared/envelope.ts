// The envelope of an answer in OpenAI's shape, whole or in chunks: what is the same in every dialect.
import type { ChatCompletion, ChatCompletionChunk, TokenUsage } from "../../base/chat.ts";
import { newCompletionId } from "../../base/ids.ts";
import type { UpstreamChunk, UpstreamCompletion } from "../protocol.ts";
import type { FinishReason } from "./finish-reason.ts";
import { asObject, type JsonObject, nonEmptyString } from "./json.ts";
import { formOf } from "./tool-arguments.ts";

/**
 * A whole answer that has every field which OpenAI's type requires; beyond these a provider's word
 * passes, and `reasoning_content` and its like, which the type lacks.
 */
export const asCompletion = (answer: object) => answer as ChatCompletion;

/** The same for a chunk. */
export const asChunk = (chunk: object) => chunk as ChatCompletionChunk;

/** What a chunk's delta may hold here: OpenAI's fields, and thinking as `reasoning_content`. */
export type Delta = ChatCompletionChunk.Choice.Delta & {
  reasoning_content?: string;
  annotations?: readonly object[];
};

/** The message of a whole answer, from the deltas that it amounts to. */
export function messageOf(deltas: readonly Delta[]): JsonObject {
  const joined = (field: "content" | "reasoning_content" | "refusal") =>
    deltas.map((delta) => delta[field] ?? "").join("");
  const text = joined("content");
  const reasoning = joined("reasoning_content");
  const refusal = nonEmptyString(joined("refusal"));
  const annotations = deltas.flatMap((delta) => delta.annotations ?? []);
  const calls = callsIn(deltas);
  return {
    role: "assistant",
    // Null says that something else stands for the text; an answer without a word is an empty one.
    content: text === "" && (calls.length > 0 || refusal !== null) ? null : text,
    refusal,
    ...(reasoning !== "" && { reasoning_content: reasoning }),
    ...(annotations.length > 0 && { annotations }),
    // An empty list means no calls; clients take its presence for calls.
    ...(calls.length > 0 && { tool_calls: calls }),
  };
}

function callsIn(deltas: readonly Delta[]): JsonObject[] {
  const calls: JsonObject[] = [];
  for (const { index, ...piece } of deltas.flatMap((delta) => delta.tool_calls ?? [])) {
    const known = calls[index];
    if (known === undefined) {
      calls[index] = piece;
      continue;
    }
    const { member, textName } = formOf(known);
    const body = asObject(known[member]);
    const more = asObject(asObject(piece)[member])[textName];
    known[member] = { ...body, [textName]: `${body[textName]}${more}` };
  }
  return calls;
}

/**
 * A stream's chunks as the answer at once: for dialects whose whole answer reads as a stream of one
 * event, so that the two agree. What the last chunk says of the answer is said of the whole.
 */
export function chunksAsWhole(chunks: readonly UpstreamChunk[]): UpstreamCompletion {
  const byIndex = Map.groupBy(
    chunks.flatMap(({ chunk }) => chunk.choices),
    ({ index }) => index,
  );
  const choices = [...byIndex].map(([index, parts]) => {
    const message = messageOf(parts.map(({ delta }) => delta));
    const logprobs = parts.find((part) => part.logprobs)?.logprobs ?? null;
    const reason = parts.findLast((part) => part.finish_reason !== null)?.finish_reason ?? "stop";
    return { index, message, logprobs, finish_reason: reason };
  });
  const envelope = { ...chunks.at(-1)?.chunk, object: "chat.completion" };
  const usage = chunks.findLast((chunk) => chunk.usage !== null)?.usage ?? null;
  return { completion: asCompletion({ ...envelope, choices }), usage };
}

/** Whose answer it is: the provider's words where it has any, else the gateway's own. */
export class Envelope {
  #id: string | null = null;
  #model: string;
  #createdSeconds = Math.floor(Date.now() / 1000);

  /** @param model the model that was asked for, where the answer names none */
  constructor(model: string) {
    this.#model = model;
  }

  /** Takes what an answer or an event says of itself. The first id counts, as all chunks share one. */
  read(given: { id?: unknown; model?: unknown; created?: unknown }): void {
    this.#id ??= nonEmptyString(given.id);
    this.#model = nonEmptyString(given.model) ?? this.#model;
    if (typeof given.created === "number") {
      this.#createdSeconds = given.created;
    }
  }

  /**
   * Puts what a provider's own answer or chunk says of itself right, in place. True when anything
   * changed.
   */
  fill(body: JsonObject, object: "chat.completion" | "chat.completion.chunk"): boolean {
    this.read(body);
    const isWhole =
      nonEmptyString(body.id) !== null &&
      nonEmptyString(body.model) !== null &&
      body.object === object &&
      typeof body.created === "number";
    if (!isWhole) {
      Object.assign(body, this.#fields(object));
    }
    return !isWhole;
  }

  /** A chunk of a stream; without choices one that only carries usage. */
  chunk(
    choices: readonly JsonObject[],
    usage: TokenUsage | null = null,
    extra: JsonObject | null = null,
  ): UpstreamChunk {
    this.#id ??= newCompletionId();
    const chunk: JsonObject = {
      id: this.#id,
      object: "chat.completion.chunk",
      created: this.#createdSeconds,
      model: this.#model,
      choices,
    };
    return { chunk: asChunk(extra === null ? chunk : { ...chunk, ...extra }), wire: null, usage };
  }

  #fields(object: string): JsonObject {
    this.#id ??= newCompletionId();
    return { id: this.#id, object, created: this.#createdSeconds, model: this.#model };
  }
}

/** One choice of a chunk. */
export function deltaChoice(
  index: number,
  delta: object,
  finishReason: FinishReason | null = null,
  logprobs: object | null = null,
): JsonObject {
  return { index, delta, logprobs, finish_reason: finishReason };
}

/** Whether a delta says anything, as opposed to naming its role and empty members. */
export function saysAnything(delta: object): boolean {
  for (const name in delta) {
    const value = delta[name as keyof typeof delta] as unknown;
    const isEmpty = value === null || value === "" || (Array.isArray(value) && value.length === 0);
    if (name !== "role" && !isEmpty) {
      return true;
    }
  }
  return false;
}
