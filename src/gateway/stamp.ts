// Puts one id, one creation time and the client's own model id on all pieces of an answer.
import type { ChatCompletion, ChatCompletionChunk } from "../base/chat.ts";
import { newCompletionId } from "../base/ids.ts";

/** What every chunk of one answer has in common. */
export interface Stamp {
  id: string;
  created: number;
  model: string;
}

/** Providers whose ids already look like OpenAI's keep them, so that their support can find a call. */
export function stampFor(first: ChatCompletion | ChatCompletionChunk, modelId: string): Stamp {
  return {
    id: first.id.startsWith("chatcmpl-") ? first.id : newCompletionId(),
    created: first.created,
    model: modelId,
  };
}

/**
 * A chunk's JSON under the stamp. The provider's own text is kept where only the model's name differs: in JSON a
 * quote inside a string is escaped, so the first `"model":"…"` before `"choices"` is the field itself.
 */
export function stampedJson(chunk: ChatCompletionChunk, wire: string | null, stamp: Stamp): string {
  if (wire !== null && chunk.id === stamp.id && chunk.created === stamp.created) {
    if (chunk.model === stamp.model) return wire;
    const field = `"model":"${chunk.model}"`;
    const at = wire.indexOf(field);
    if (at > 0 && at < wire.indexOf('"choices"')) {
      return `${wire.slice(0, at)}"model":${JSON.stringify(stamp.model)}${wire.slice(at + field.length)}`;
    }
  }
  return JSON.stringify({ ...chunk, ...stamp });
}
