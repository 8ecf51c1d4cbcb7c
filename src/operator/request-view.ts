// The record of one request as its owner may see it.
import { formatCredits } from "../base/micro.ts";
import { type UsageView, usageView } from "../base/usage-view.ts";
import type { Ending, UsageSource } from "../ledger/ending.ts";
import type { LedgerPort, OpenHold, RequestRecord } from "../ledger/port.ts";

export interface RequestView {
  object: "request";
  id: string;
  /** ISO 8601, UTC. */
  created_at: string;
  model: string;
  /** Null as long as it is in progress, and where a server that was killed could not say. */
  provider: string | null;
  stream: boolean;
  status: "in_progress" | "completed" | "failed" | "cancelled";
  ending: Ending | null;
  http_status: number | null;
  error_code: string | null;
  usage: UsageView | null;
  usage_source: UsageSource;
  /** Credits with 6 decimals, as are the next four. */
  cost: string;
  /** What the provider said that the call cost it, where that was the basis of `cost`: it was more than our price. */
  provider_cost: string | null;
  /** The hold that was taken at the start. */
  held: string;
  shortfall: string;
  /** What the operator has given back of the cost. */
  refunded: string;
  first_event_ms: number | null;
  duration_ms: number | null;
}

const STATUS: Record<Ending, RequestView["status"]> = {
  completed: "completed",
  refused: "failed",
  upstream_failed: "failed",
  upstream_interrupted: "failed",
  client_left_early: "cancelled",
  client_left: "cancelled",
  drained: "cancelled",
  server_stopped: "failed",
  abandoned: "failed",
};

/** Finds a request that belongs to the account; null when there is none, or it is another's. */
export async function findRequest(
  ledger: Pick<LedgerPort, "findRecord" | "findRunning" | "refundedMicro">,
  requestId: string,
  accountId: string,
): Promise<RequestView | null> {
  const record = await ledger.findRecord(requestId);
  if (record !== undefined) {
    if (record.accountId !== accountId) return null;
    return viewOfEnded(record, await ledger.refundedMicro(requestId));
  }
  const running = await ledger.findRunning(requestId);
  return running?.accountId === accountId ? viewOfRunning(running) : null;
}

/** The record of a request that has ended, with what has been refunded of its charge. */
export function viewOfEnded(record: RequestRecord, refundedMicro: number): RequestView {
  const ending = record.ending as Ending;
  return {
    object: "request",
    id: record.id,
    created_at: new Date(record.startedAtMs).toISOString(),
    model: record.modelId,
    provider: record.providerId,
    stream: record.stream,
    status: STATUS[ending],
    ending,
    http_status: record.httpStatus,
    error_code: record.errorCode,
    usage: record.usage === null ? null : usageView(record.usage),
    usage_source: record.usageSource,
    cost: formatCredits(record.chargedMicro),
    provider_cost:
      record.providerCostMicro === null ? null : formatCredits(record.providerCostMicro),
    held: formatCredits(record.heldMicro),
    shortfall: formatCredits(record.shortfallMicro),
    refunded: formatCredits(refundedMicro),
    first_event_ms: record.firstEventMs,
    duration_ms: record.durationMs,
  };
}

/** What is known of a request before its end. */
export function viewOfRunning(running: OpenHold): RequestView {
  return {
    object: "request",
    id: running.requestId,
    created_at: new Date(running.createdAtMs).toISOString(),
    model: running.modelId,
    provider: null,
    stream: running.stream,
    status: "in_progress",
    ending: null,
    http_status: null,
    error_code: null,
    usage: null,
    usage_source: "none",
    cost: formatCredits(0),
    provider_cost: null,
    held: formatCredits(running.amountMicro),
    shortfall: formatCredits(0),
    refunded: formatCredits(0),
    first_event_ms: null,
    duration_ms: null,
  };
}
