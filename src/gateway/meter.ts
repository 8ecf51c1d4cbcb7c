// The meter: watches a stream go by, and knows at any moment what has been delivered and what was reported.
import type { ChatCompletion, ChatCompletionChunk, TokenUsage } from "../base/chat.ts";
import type { UpstreamChunk } from "../providers/protocol.ts";

/** What an answer has amounted to so far. */
export interface Meter {
  add(piece: UpstreamChunk): void;
  /** The last usage that the provider reported, and whether it covers all of the answer. */
  usage(): { reported: TokenUsage; isFinal: boolean } | null;
  /** All text that was produced: content, reasoning, refusals, tool names and arguments. For estimates. */
  text(): string;
}

export function createMeter(): Meter {
  let last: ReturnType<Meter["usage"]> = null;
  // A rope: the engine joins it only if somebody reads it, which only an estimate does.
  let produced = "";
  return {
    add({ chunk, usage, usageIsFinal = true }) {
      if (usage !== null) last = { reported: usage, isFinal: usageIsFinal };
      for (const choice of chunk.choices) produced += deltaText(choice.delta);
    },
    usage: () => last,
    text: () => produced,
  };
}

/** The text of a whole answer, by the same rule as the meter's. */
export function completionText(completion: ChatCompletion): string {
  return completion.choices.map((choice) => deltaText(choice.message)).join("");
}

type Produced = Partial<ChatCompletionChunk.Choice.Delta> | ChatCompletion["choices"][0]["message"];

function deltaText(part: Produced): string {
  let text = (part.content ?? "") + (part.refusal ?? "");
  if ("reasoning_content" in part && typeof part.reasoning_content === "string") {
    text += part.reasoning_content;
  }
  for (const call of part.tool_calls ?? []) {
    if ("function" in call && call.function !== undefined) {
      text += (call.function.name ?? "") + (call.function.arguments ?? "");
    }
  }
  return text;
}
