// What the metrics tell of requests that have ended. Every request is counted here, so it costs a look-up and some sums.
import { type Count, counter, type Distribution, type Family, histogram } from "./prometheus.ts";

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

/** From a cached answer to a long thought. */
const SECONDS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600];

type Counters = ReturnType<typeof createCounters>;

function createCounters() {
  return {
    ended: counter(
      "aacflow_requests_ended_total",
      "Requests that took a hold, by how they ended.",
      ["provider", "ending"],
    ),
    charged: counter(
      "aacflow_charged_micro_total",
      "Charged, in micro-dollars, by where usage is from.",
      ["provider", "usage_source"],
    ),
    usage: counter("aacflow_requests_usage_total", "Ended requests by where their usage is from.", [
      "provider",
      "usage_source",
    ]),
    tokens: counter("aacflow_tokens_total", "Tokens of ended requests.", ["provider", "direction"]),
    shortfalls: counter(
      "aacflow_shortfalls_total",
      "Requests that cost more than their account had.",
      [],
    ),
    writtenOff: counter(
      "aacflow_written_off_micro_total",
      "Cost that nobody was charged, in micro-dollars: a shortfall, or an estimate beyond its hold.",
      ["reason"],
    ),
    duration: histogram(
      "aacflow_request_duration_seconds",
      "From a request's arrival to its end.",
      ["provider"],
      SECONDS,
    ),
    firstEvent: histogram(
      "aacflow_time_to_first_event_seconds",
      "From a request's arrival to its provider's first event.",
      ["provider"],
      SECONDS,
    ),
  };
}

/** The series of requests that end alike, found once; those that not each of them needs, when one does. */
class Alike {
  readonly #counters: Counters;
  readonly #provider: string;
  readonly #source: string;
  readonly #ended: Count;
  readonly #usage: Count;
  readonly #duration: Distribution;
  #charged: Count | null = null;
  #input: Count | null = null;
  #output: Count | null = null;
  #firstEvent: Distribution | null = null;

  constructor(counters: Counters, { providerId, ending, source }: EndedRequest) {
    this.#counters = counters;
    this.#provider = providerId;
    this.#source = source;
    this.#ended = counters.ended.of(providerId, ending);
    this.#usage = counters.usage.of(providerId, source);
    this.#duration = counters.duration.of(providerId);
  }

  add({ usage, chargedMicro, durationMs, firstEventMs }: EndedRequest): void {
    const counters = this.#counters;
    const provider = this.#provider;
    this.#ended.add(1);
    this.#usage.add(1);
    this.#duration.observe(durationMs / 1000);
    if (chargedMicro > 0) {
      this.#charged ??= counters.charged.of(provider, this.#source);
      this.#charged.add(chargedMicro);
    }
    if (usage !== null) {
      this.#input ??= counters.tokens.of(provider, "input");
      this.#output ??= counters.tokens.of(provider, "output");
      this.#input.add(usage.promptTokens);
      this.#output.add(usage.completionTokens);
    }
    if (firstEventMs !== null) {
      this.#firstEvent ??= counters.firstEvent.of(provider);
      this.#firstEvent.observe(firstEventMs / 1000);
    }
  }
}

export class EndedRequests {
  readonly #counters = createCounters();
  readonly #alike = new Map<string, Alike>();

  get families(): Family[] {
    return Object.values(this.#counters);
  }

  add(request: EndedRequest): void {
    const key = `${request.providerId} ${request.ending} ${request.source}`;
    let alike = this.#alike.get(key);
    if (alike === undefined) {
      alike = new Alike(this.#counters, request);
      this.#alike.set(key, alike);
    }
    alike.add(request);
    if (request.shortfallMicro > 0 || request.unbilledMicro > 0) this.#addWrittenOff(request);
  }

  #addWrittenOff({ shortfallMicro, unbilledMicro }: EndedRequest): void {
    const { shortfalls, writtenOff } = this.#counters;
    if (shortfallMicro > 0) {
      shortfalls.of().add(1);
      writtenOff.of("shortfall").add(shortfallMicro);
    }
    if (unbilledMicro > 0) writtenOff.of("beyond_deposit").add(unbilledMicro);
  }
}
