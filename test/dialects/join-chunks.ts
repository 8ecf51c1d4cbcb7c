// A stream's chunks joined to what a client makes of them.
import type { WireStream } from "../chat/stream-support.ts";
import type { Fields } from "./driver.ts";

/** A stream's chunks put together to one message, with all that must be there once. */
export function joinChunks({ chunks }: WireStream): Fields {
  const message: Fields = { role: null, content: null, refusal: null };
  const calls: Fields[] = [];
  for (const { choices } of chunks) {
    for (const { delta } of choices) joinDelta(message, calls, delta as Fields);
  }
  if (calls.length > 0) message.tool_calls = calls;
  const reasons = chunks.flatMap(({ choices }) => choices.map((one) => one.finish_reason));
  return {
    ids: new Set(chunks.map(({ id, created }) => `${id} ${created}`)).size,
    models: [...new Set(chunks.map(({ model }) => model))],
    message,
    finishReasons: reasons.filter((reason) => reason !== null),
    usages: chunks.map(({ usage }) => usage).filter((usage) => usage),
    extras: Object.assign({}, ...chunks.map(extrasOf)),
  };
}

/** What a chunk has beside the fields that every chunk has. */
function extrasOf(chunk: Fields): Fields {
  const { id, object, created, model, choices, usage, ...extras } = chunk;
  return extras;
}

function joinDelta(message: Fields, calls: Fields[], { tool_calls, ...delta }: Fields): void {
  for (const [field, value] of Object.entries(delta)) {
    if (typeof value === "string" && value !== "") {
      message[field] = `${message[field] ?? ""}${value}`;
    } else if (!(field in message)) {
      message[field] = value;
    }
  }
  for (const { index, ...piece } of (tool_calls ?? []) as (Fields & { index: number })[]) {
    const { arguments: json = "", ...fn } = (piece.function ?? {}) as Fields;
    const known = calls[index];
    if (known === undefined) {
      calls[index] = { ...piece, function: { ...fn, arguments: json } };
    } else {
      const before = known.function as Fields;
      known.function = { ...before, ...fn, arguments: `${before.arguments}${json}` };
    }
  }
}
