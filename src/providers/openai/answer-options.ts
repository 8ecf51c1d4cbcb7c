// What the reader of an answer needs to know of the call that it answers.
import type { UpstreamCall } from "../protocol.ts";
import { asksForAnHour } from "./cache-hour.ts";
import type { UsageOptions } from "./usage.ts";

export interface AnswerOptions {
  /** The model that was asked for, where the provider names none. */
  model: string;
  /** How many choices were asked for. */
  choices: number;
  quirks: UsageOptions;
  /** Whether any mark in the request asks for a cache of one hour. */
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
