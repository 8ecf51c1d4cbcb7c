// What ends an answer, and a whole answer from the deltas of its blocks.
import { ApiError } from "../../base/errors.ts";
import type { Said } from "../shared/envelope.ts";
import { type FinishReason, readFinishReason } from "../shared/finish-reason.ts";
import type { Delta } from "./answer-blocks.ts";

/**
 * OpenAI's word for why an answer ended.
 * @throws ApiError when the provider's word stands for a failure
 */
export function finishReasonOf(word: unknown, hasToolCalls: boolean): FinishReason {
  const reason = readFinishReason(typeof word === "string" ? word : "", hasToolCalls);
  if (reason instanceof ApiError) {
    throw reason;
  }
  return reason;
}

/** The deltas of a whole answer put together. */
export function saidIn(deltas: readonly Delta[]): Said {
  const joined = (field: "content" | "reasoning_content") =>
    deltas.map((delta) => delta[field] ?? "").join("");
  const calls: { id: string; type: "function"; function: { name: string; arguments: string } }[] =
    [];
  for (const piece of deltas.flatMap((delta) => delta.tool_calls ?? [])) {
    const { id = "", function: { name = "", arguments: more = "" } = {} } = piece;
    const known = calls[piece.index];
    if (known === undefined) {
      calls[piece.index] = { id, type: "function", function: { name, arguments: more } };
    } else {
      known.function.arguments += more;
    }
  }
  return { text: joined("content"), reasoning: joined("reasoning_content"), calls };
}
