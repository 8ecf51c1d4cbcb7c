// Plans a whole answer in pieces, which are then either streamed or folded: both ways give the same
// answer.
import type { UpstreamCall } from "../protocol.ts";
import type { Delta } from "../shared/envelope.ts";
import { schemaValue } from "./schema-value.ts";
import { answerText } from "./text.ts";
import { type PlannedCall, planCalls } from "./tools.ts";
import { countTokens, cutToTokens } from "./usage.ts";

/** A word of an answer, and what it says in a streamed one. */
interface Piece {
  words: string;
  say: (words: string) => Delta;
  /** It cannot be cut. */
  isWhole?: true;
}

export interface PlannedChoice {
  deltas: Delta[];
  finishReason: "stop" | "length" | "tool_calls";
  /** Whole tokens, by the rule in usage.ts. */
  tokens: number;
}

/** The choices of an answer (`n` of them), each cut to the call's output limit. */
export function planAnswer(call: UpstreamCall): PlannedChoice[] {
  const { request, facts } = call;
  const limit = call.maxOutputTokens ?? facts.maxOutputTokens;
  const count = request.n ?? 1;
  const calls = planCalls(request);
  const json = calls.length > 0 ? null : formatted(call);
  return Array.from({ length: count }, (_, choice) => {
    if (calls.length > 0) {
      return cut(callPieces(call, calls, choice), "tool_calls", limit);
    }
    const text = json ?? answerText(request, choice, count);
    return cut(textPieces(beforeStop(text, request.stop)), "stop", limit);
  });
}

/** The JSON answer that `response_format` asks for, or null when it asks for none. */
function formatted({ request }: UpstreamCall): string | null {
  const format = request.response_format;
  if (format?.type === "json_schema") {
    const schema = format.json_schema?.schema ?? { type: "object" };
    const value = schemaValue(schema, "response_format.json_schema.schema");
    // Indented, so that it has words to stream.
    return JSON.stringify(value, null, 2);
  }
  return format?.type === "json_object"
    ? JSON.stringify({ model: "demo", answer: answerText(request, 0, 1) }, null, 2)
    : null;
}

/** The text up to the first stop sequence that occurs in it. */
function beforeStop(text: string, stop: string | string[] | undefined): string {
  const sequences = (typeof stop === "string" ? [stop] : (stop ?? [])).filter(Boolean);
  const ends = sequences.map((sequence) => text.indexOf(sequence)).filter((end) => end >= 0);
  return text.slice(0, Math.min(text.length, ...ends));
}

/** Words, each with the white space that follows it. */
function textPieces(text: string): Piece[] {
  const words = text.match(/^\s+|\S+\s*/g) ?? [];
  return words.map((word) => ({ words: word, say: (content) => ({ content }) }));
}

function callPieces(call: UpstreamCall, calls: PlannedCall[], choice: number): Piece[] {
  return calls.flatMap(({ name, arguments: json }, index) => {
    const id = callId(call, choice, index);
    // JSON has few words: a piece ends after a comma or a colon too, as providers cut it.
    const parts = json.match(/[^\s,:]*[\s,:]*/g)?.filter(Boolean) ?? [];
    const say = (text: string) => ({ tool_calls: [{ index, function: { arguments: text } }] });
    const begun = { index, id, type: "function" as const, function: { name, arguments: "" } };
    const start: Piece = { words: name, say: () => ({ tool_calls: [begun] }), isWhole: true };
    return [start, ...parts.map((words) => ({ words, say }))];
  });
}

/**
 * The same for the same request, and new in every turn of a conversation, which makes it longer.
 */
function callId({ request }: UpstreamCall, choice: number, index: number): string {
  const last = JSON.stringify(request.messages.at(-1) ?? null);
  const seed = `${request.messages.length}:${choice}:${index}:${last}`;
  return `call_${Bun.hash(seed).toString(16).padStart(16, "0")}`;
}

/** Keeps the pieces that the limit affords; the last one may be cut within its word. */
function cut(
  pieces: Piece[],
  finishReason: PlannedChoice["finishReason"],
  limit: number,
): PlannedChoice {
  const deltas: Delta[] = [];
  let tokens = 0;
  for (const { words, say, isWhole } of pieces) {
    const cost = countTokens(words);
    const left = limit - tokens;
    if (cost > left) {
      if (!isWhole && left > 0) {
        deltas.push(say(cutToTokens(words.trimStart(), left)));
        tokens += left;
      }
      return { deltas, finishReason: "length", tokens };
    }
    deltas.push(say(words));
    tokens += cost;
  }
  return { deltas, finishReason, tokens };
}
