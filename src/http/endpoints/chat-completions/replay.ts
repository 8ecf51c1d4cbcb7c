// A kept answer, to be given again with the usage that it was charged for.
import type { ChatRequest } from "../../../base/chat.ts";
import { parseExactJson } from "../../../base/exact-json.ts";
import { chargedUsageView } from "../../../base/usage-view.ts";
import type { RequestRecord } from "../../../ledger/port.ts";

/** A body is kept without its usage and what it cost: they are in the record. */
export function withUsage(body: string, record: RequestRecord, request: ChatRequest): string {
  if (record.usage === null) return body;
  const isEstimated = record.usageSource === "estimated";
  const usage = chargedUsageView(record.usage, isEstimated, record.chargedMicro);
  const filled = (json: string) => JSON.stringify({ ...Object(parseExactJson(json)), usage });
  if (request.stream !== true) return filled(body);
  // Usage has a chunk of its own, the last, for who asked for it; a stream without a chunk was kept as nothing.
  if (request.stream_options?.include_usage !== true || body === "") return body;
  const at = body.lastIndexOf("\n") + 1;
  return body.slice(0, at) + filled(body.slice(at));
}
