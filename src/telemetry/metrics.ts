// Metrics for Prometheus: how requests end, what they are charged, and what the operator has to bear.
import { type EndedRequest, EndedRequests } from "./ended-requests.ts";
import { CONTENT_TYPE, counter, exposition, type Family, gauge } from "./prometheus.ts";

export interface Metrics {
  requestEnded(request: EndedRequest): void;
  /** An answer of 4xx or 5xx, by its code; `none` where it has none. */
  requestRefused(status: number, code: string | null): void;
  /** A hold of a killed process was released. */
  holdAbandoned(amountMicro: number): void;
  /** The database refused a settlement, which is tried again. */
  settlementRetried(): void;
  /** A provider refused a call, which is tried again. */
  upstreamRetried(providerId: string): void;
  /** A provider reported more input than the request can have had: it was estimated. */
  usageDoubted(providerId: string): void;
  /** A request got the answer of an earlier one with its idempotency key. */
  answerReplayed(): void;
  /** A line of the log found no room. */
  logLineDropped(): void;
  /** Prometheus' text format, and its content type. */
  render(): { text: string; contentType: string };
}

/** Figures that are asked for when somebody looks. */
export interface MetricSources {
  /** Requests whose money is not settled. */
  inProgress(): number;
  /** Calls that are read on without a client. */
  draining(): number;
  /** Money operations that wait for the next commit. */
  commitsWaiting(): number;
  /** Answers kept for idempotency keys. */
  answersKept(): { count: number; bytes: number };
}

/** Providers name their errors themselves, and each name is a series for ever: more are counted as `other`. */
const MAX_CODES = 64;

/** Makes the metrics of one server. */
export function createMetrics(sources: MetricSources): Metrics {
  const ended = new EndedRequests();
  const counters = createCounters();
  const families = [...ended.families, ...Object.values(counters), ...gaugesOf(sources)];
  const codes = new Set<string>();

  function boundedCode(code: string | null): string {
    if (code === null) return "none";
    if (!codes.has(code) && codes.size >= MAX_CODES) return "other";
    codes.add(code);
    return code;
  }

  return {
    requestEnded: (request) => ended.add(request),
    requestRefused: (status, code) => counters.refused.of(String(status), boundedCode(code)).add(1),
    holdAbandoned(amountMicro) {
      counters.abandoned.of().add(1);
      counters.abandonedMicro.of().add(amountMicro);
    },
    upstreamRetried: (provider) => counters.upstreamRetries.of(provider).add(1),
    logLineDropped: () => counters.logLines.of().add(1),
    usageDoubted: (provider) => counters.doubted.of(provider).add(1),
    answerReplayed: () => counters.replays.of().add(1),
    settlementRetried: () => counters.retries.of().add(1),
    render: () => ({ text: exposition(families), contentType: CONTENT_TYPE }),
  };
}

function createCounters() {
  return {
    refused: counter("aacflow_requests_refused_total", "Answers of 4xx and 5xx, by their code.", [
      "status",
      "code",
    ]),
    abandoned: counter(
      "aacflow_abandoned_holds_total",
      "Holds of a killed process that were released.",
      [],
    ),
    abandonedMicro: counter(
      "aacflow_abandoned_holds_micro_total",
      "Their sum, in micro-dollars.",
      [],
    ),
    upstreamRetries: counter(
      "aacflow_upstream_retries_total",
      "Calls tried again after a refusal.",
      ["provider"],
    ),
    logLines: counter("aacflow_log_lines_dropped_total", "Log lines that nobody read in time.", []),
    doubted: counter(
      "aacflow_usage_doubted_total",
      "Reports of more input than the request can have had: the input was estimated.",
      ["provider"],
    ),
    replays: counter(
      "aacflow_idempotent_replays_total",
      "Answers given again for an idempotency key.",
      [],
    ),
    retries: counter(
      "aacflow_settlement_retries_total",
      "Settlements that the database refused at first.",
      [],
    ),
  };
}

const gaugesOf = ({
  inProgress,
  draining,
  commitsWaiting,
  answersKept,
}: MetricSources): Family[] => [
  gauge("aacflow_requests_in_progress", "Requests whose money is not settled.", inProgress),
  gauge("aacflow_draining_calls", "Calls that are read on without a client.", draining),
  gauge("aacflow_answers_kept", "Answers kept for idempotency keys.", () => answersKept().count),
  gauge("aacflow_answers_kept_bytes", "Their size, in bytes.", () => answersKept().bytes),
  gauge("aacflow_commits_waiting", "Operations that wait for the next commit.", commitsWaiting),
];
