// Metrics for Prometheus: how requests end, what they are charged, and what the operator has to bear.
import { Counter, Gauge, Histogram, Registry } from "prom-client";

/** A request that has ended, as the metrics see it. */
export interface EndedRequest {
  providerId: string;
  ending: string;
  source: "reported" | "estimated" | "none";
  usage: { promptTokens: number; completionTokens: number } | null;
  chargedMicro: number;
  shortfallMicro: number;
  unbilledMicro: number;
  firstEventMs: number | null;
  durationMs: number;
}

export interface Metrics {
  requestEnded(request: EndedRequest): void;
  /** An answer of 4xx or 5xx, by its code; `none` where it has none. */
  requestRefused(status: number, code: string | null): void;
  /** A hold of a killed process was released at this start. */
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
  render(): Promise<{ text: string; contentType: string }>;
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

/** From a cached answer to a long thought. */
const SECONDS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600];

/** Makes the metrics of one server. */
export function createMetrics(sources: MetricSources): Metrics {
  const registry = new Registry();
  const counters = createCounters(registry);
  const registers = [registry];
  const duration = new Histogram({
    name: "aacflow_request_duration_seconds",
    help: "From a request's arrival to its end.",
    labelNames: ["provider"],
    buckets: SECONDS,
    registers,
  });
  const firstEvent = new Histogram({
    name: "aacflow_time_to_first_event_seconds",
    help: "From a request's arrival to its provider's first event.",
    labelNames: ["provider"],
    buckets: SECONDS,
    registers,
  });
  addGauges(registry, sources);
  const codes = new Set<string>();

  function boundedCode(code: string | null): string {
    if (code === null) return "none";
    if (!codes.has(code) && codes.size >= MAX_CODES) return "other";
    codes.add(code);
    return code;
  }

  return {
    requestEnded(request) {
      const provider = request.providerId;
      countEnded(counters, request);
      duration.observe({ provider }, request.durationMs / 1000);
      if (request.firstEventMs !== null) {
        firstEvent.observe({ provider }, request.firstEventMs / 1000);
      }
    },
    requestRefused(status, code) {
      counters.refused.inc({ status: String(status), code: boundedCode(code) });
    },
    holdAbandoned(amountMicro) {
      counters.abandoned.inc();
      counters.abandonedMicro.inc(amountMicro);
    },
    upstreamRetried: (provider) => counters.upstreamRetries.inc({ provider }),
    logLineDropped: () => counters.logLines.inc(),
    usageDoubted: (provider) => counters.doubted.inc({ provider }),
    answerReplayed: () => counters.replays.inc(),
    settlementRetried: () => counters.retries.inc(),
    render: async () => ({ text: await registry.metrics(), contentType: registry.contentType }),
  };
}

type Counters = ReturnType<typeof createCounters>;

function createCounters(registry: Registry) {
  const counter = <T extends string>(name: string, help: string, labelNames: readonly T[] = []) =>
    new Counter<T>({ name: `aacflow_${name}`, help, labelNames, registers: [registry] });
  return {
    ended: counter("requests_ended_total", "Requests that took a hold, by how they ended.", [
      "provider",
      "ending",
    ]),
    refused: counter("requests_refused_total", "Answers of 4xx and 5xx, by their code.", [
      "status",
      "code",
    ]),
    charged: counter("charged_micro_total", "Charged, in micro-dollars, by where usage is from.", [
      "provider",
      "usage_source",
    ]),
    usage: counter("requests_usage_total", "Ended requests by where their usage is from.", [
      "provider",
      "usage_source",
    ]),
    tokens: counter("tokens_total", "Tokens of ended requests.", ["provider", "direction"]),
    shortfalls: counter("shortfalls_total", "Requests that cost more than their account had."),
    writtenOff: counter(
      "written_off_micro_total",
      "Cost that nobody was charged, in micro-dollars: a shortfall, or an estimate beyond its hold.",
      ["reason"],
    ),
    abandoned: counter("abandoned_holds_total", "Holds of a killed process that were released."),
    abandonedMicro: counter("abandoned_holds_micro_total", "Their sum, in micro-dollars."),
    upstreamRetries: counter("upstream_retries_total", "Calls tried again after a refusal.", [
      "provider",
    ]),
    logLines: counter("log_lines_dropped_total", "Log lines that nobody read in time."),
    doubted: counter(
      "usage_doubted_total",
      "Reports of more input than the request can have had: the input was estimated.",
      ["provider"],
    ),
    replays: counter("idempotent_replays_total", "Answers given again for an idempotency key."),
    retries: counter("settlement_retries_total", "Settlements that the database refused at first."),
  };
}

function countEnded(counters: Counters, request: EndedRequest): void {
  const { providerId: provider, ending, source: usage_source, usage } = request;
  counters.ended.inc({ provider, ending });
  counters.usage.inc({ provider, usage_source });
  if (request.chargedMicro > 0)
    counters.charged.inc({ provider, usage_source }, request.chargedMicro);
  if (usage !== null) {
    counters.tokens.inc({ provider, direction: "input" }, usage.promptTokens);
    counters.tokens.inc({ provider, direction: "output" }, usage.completionTokens);
  }
  if (request.shortfallMicro > 0) {
    counters.shortfalls.inc();
    counters.writtenOff.inc({ reason: "shortfall" }, request.shortfallMicro);
  }
  if (request.unbilledMicro > 0) {
    counters.writtenOff.inc({ reason: "beyond_deposit" }, request.unbilledMicro);
  }
}

function addGauges(registry: Registry, sources: MetricSources): void {
  const gauge = (name: string, help: string, read: () => number) =>
    new Gauge({
      name: `aacflow_${name}`,
      help,
      registers: [registry],
      collect() {
        this.set(read());
      },
    });
  gauge("requests_in_progress", "Requests whose money is not settled.", sources.inProgress);
  gauge("draining_calls", "Calls that are read on without a client.", sources.draining);
  gauge("answers_kept", "Answers kept for idempotency keys.", () => sources.answersKept().count);
  gauge("answers_kept_bytes", "Their size, in bytes.", () => sources.answersKept().bytes);
  gauge("commits_waiting", "Operations that wait for the next commit.", sources.commitsWaiting);
}
