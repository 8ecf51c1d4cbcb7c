// Whether a request asks for its prompt cache to live for an hour, which has a price of its own.
import type { ChatRequest } from "../../base/chat.ts";
import { asObject } from "../shared/json.ts";

/**
 * Whether any mark of the request says `ttl: "1h"`. Aggregators count the written tokens without a
 * word on how long they live, so that all of them are taken to live as long as the request asks.
 */
export function asksForAnHour(request: ChatRequest): boolean {
  const { messages, tools } = request;
  const parts = messages.flatMap(({ content }): unknown[] =>
    Array.isArray(content) ? content : [],
  );
  return [request, ...messages, ...parts, ...(tools ?? [])].some(
    (holder) => asObject(asObject(holder).cache_control).ttl === "1h",
  );
}
