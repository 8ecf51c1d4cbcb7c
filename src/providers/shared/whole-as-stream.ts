// A whole answer as a stream's chunks, for servers that do not stream though they are asked to.
import type { UpstreamChunk, UpstreamCompletion } from "../protocol.ts";
import { asChunk, deltaChoice } from "./envelope.ts";
import type { JsonObject } from "./json.ts";

/**
 * Each choice's message, its tool calls in chunks of their own, as some clients read only the first
 * of a chunk, and its end; then the usage.
 */
export function wholeAsStream({ completion, ...report }: UpstreamCompletion): UpstreamChunk[] {
  const { choices, ...envelope } = completion;
  const chunkOf = (parts: JsonObject[]): UpstreamChunk => {
    const chunk = { ...envelope, object: "chat.completion.chunk", choices: parts };
    return { chunk: asChunk(chunk), wire: null, usage: null };
  };
  const chunkChoices = choices.flatMap(({ index, message, logprobs, finish_reason: reason }) => {
    const { tool_calls: calls = [], ...delta } = message;
    return [
      deltaChoice(index, delta, null, logprobs),
      ...calls.map((call, at) => deltaChoice(index, { tool_calls: [{ index: at, ...call }] })),
      deltaChoice(index, {}, reason),
    ];
  });
  return [...chunkChoices.map((choice) => chunkOf([choice])), { ...chunkOf([]), ...report }];
}
