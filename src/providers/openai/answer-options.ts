// What the reader of an answer needs to know of the call that it answers.
import type { ChatRequest } from "../../base/chat.ts";
import type { UpstreamCall } from "../protocol.ts";
import { asObject } from "../shared/json.ts";
import type { UsageOptions } from "./usage.ts";

export interface AnswerOptions {
  /** The model that was asked for, where the provider names none. */
  model: string;
  /** How many choices were asked for. */
  choices: number;
  quirks: UsageOptions;
  /** Whether any breakpoint in the request asks for a cache of one hour. */
  writesForAnHour: () => boolean;
}

export function answerOptions(call: UpstreamCall, quirks: UsageOptions): AnswerOptions {
  return {
    model: call.upstreamModel,
    choices: call.request.n ?? 1,
    quirks,
    writesForAnHour: () => asksForAnHour(call.request),
  };
}

/**
 * Whether any breakpoint of the request says `ttl: "1h"`. Aggregators count the written tokens without a
 * word on how long they live, so that all of them are taken to live as long as the request asks.
 */
function asksForAnHour(request: ChatRequest): boolean {
  const { messages, tools } = request;
  const parts = messages.flatMap(({ content }): unknown[] =>
    Array.isArray(content) ? content : [],
  );
  return [request, ...messages, ...parts, ...(tools ?? [])].some(
    (holder) => asObject(asObject(holder).cache_control).ttl === "1h",
  );
}
