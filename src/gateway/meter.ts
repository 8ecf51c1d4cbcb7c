// The meter: watches a stream go by, and knows at any moment what has been delivered and what was reported.
import type { ChatCompletion, ChatCompletionChunk, TokenUsage } from "../base/chat.ts";
import type { UpstreamChunk, UpstreamCompletion } from "../providers/protocol.ts";

/** The most text that is kept for an estimate, in characters: the rest of an answer is taken to be like it. */
const KEPT_CHARS = 2_097_152;

/** What a provider reported in a stream. */
export interface ReportedUsage {
  tokens: TokenUsage;
  /** Whether it came as final usage, as opposed to usage that is known before the answer is complete. */
  isFinal: boolean;
}

/** Text that was produced: its beginning, and the length of it all. */
export interface ProducedText {
  kept: string;
  chars: number;
  /** Whether reasoning is in it. */
  showsReasoning: boolean;
}

/** What an answer has amounted to so far. */
export interface Meter {
  add(piece: UpstreamChunk): void;
  /** A whole answer, which is all there is. */
  addWhole(answer: UpstreamCompletion): void;
  /** The last usage that the provider reported. */
  usage(): ReportedUsage | null;
  /** Whether all that was produced had been produced when the last usage was reported. */
  isCovered(): boolean;
  /** Content, reasoning, refusals, tool names and arguments. For estimates. */
  text(): ProducedText;
  /** How much text has come, in characters. */
  chars(): number;
}

export function createMeter(): Meter {
  let reported: ReportedUsage | null = null;
  let coveredChars = 0;
  // A rope: the engine joins it only if somebody reads it, which only an estimate does.
  let kept = "";
  let chars = 0;
  let showsReasoning = false;

  function produce(part: Produced): void {
    const text = deltaText(part);
    showsReasoning ||= reasoningText(part) !== "";
    chars += text.length;
    if (kept.length < KEPT_CHARS) kept += text;
  }

  function report(usage: TokenUsage | null, isFinal: boolean): void {
    if (usage === null) return;
    reported = { tokens: usage, isFinal };
    coveredChars = chars;
  }

  return {
    add({ chunk, usage, usageIsFinal = true }) {
      for (const { delta } of chunk.choices) produce(delta);
      report(usage, usageIsFinal);
    },
    addWhole({ completion, usage }) {
      for (const { message } of completion.choices) produce(message);
      report(usage, true);
    },
    usage: () => reported,
    isCovered: () => coveredChars === chars,
    text: () => ({ kept, chars, showsReasoning }),
    chars: () => chars,
  };
}

type Produced = Partial<ChatCompletionChunk.Choice.Delta> | ChatCompletion["choices"][0]["message"];

function deltaText(part: Produced): string {
  let text = (part.content ?? "") + (part.refusal ?? "") + reasoningText(part);
  for (const call of part.tool_calls ?? []) text += callText(call);
  return text;
}

/** A field beyond OpenAI's types, which every dialect here uses for thinking that is shown. */
function reasoningText(part: Produced): string {
  if (!("reasoning_content" in part)) return "";
  return typeof part.reasoning_content === "string" ? part.reasoning_content : "";
}

function callText(call: object): string {
  if ("function" in call) {
    const { name, arguments: args } = call.function as { name?: string; arguments?: string };
    return (name ?? "") + (args ?? "");
  }
  if ("custom" in call) {
    const { name, input } = call.custom as { name?: string; input?: string };
    return (name ?? "") + (input ?? "");
  }
  return "";
}
