// A whole answer from the deltas of its blocks.
import type { Said } from "../shared/envelope.ts";
import type { Delta } from "./answer-blocks.ts";

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
