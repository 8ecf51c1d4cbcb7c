// A response's body as batches of events, under the call's deadlines and limits.
import { BodyReader } from "./body-reader.ts";
import type { EventDecoder, Framing } from "./framing.ts";
import type { UpstreamGuard } from "./guard.ts";

/**
 * What a provider has for usage and its terminal event once the answer is whole, in milliseconds:
 * some send neither, and keep the connection open.
 */
const GRACE_MS = 5_000;

/** How long a body may take to end after its last event before it is cancelled, in milliseconds. */
const FINISH_MS = 1_000;

export interface EventLimits {
  /** The largest event that is accepted. */
  maxEventBytes: number;
  /** The most that may pass between two reads, comments included, in milliseconds. */
  betweenChunksMs: number;
}

/** Reads one response. Whoever has opened it must close it. */
export class EventSource<Event> {
  readonly #framing: Framing<Event>;
  readonly #limits: EventLimits;
  readonly #body: BodyReader;
  #decoder: EventDecoder<Event> | null = null;
  #isOver = false;

  constructor(
    framing: Framing<Event>,
    response: Response,
    guard: UpstreamGuard,
    limits: EventLimits,
  ) {
    this.#framing = framing;
    this.#limits = limits;
    this.#body = new BodyReader(response, guard, limits.betweenChunksMs);
  }

  async open(): Promise<void> {
    this.#decoder = await this.#framing.open(this.#limits.maxEventBytes);
  }

  /**
   * The next batch, or null at the end. Several events often come in one packet, and a batch costs
   * one promise where single events would cost one each.
   * @param finished the answer is whole: the rest need not come, and not for ever
   * @param graceMs how long it may take then
   * @throws ApiError 502 when the connection breaks or an event is damaged or too large, 504 past a
   * deadline; the client's reason on its abort
   */
  async next(finished: boolean, graceMs = GRACE_MS): Promise<Event[] | null> {
    if (this.#isOver || this.#decoder === null) return null;
    const bytes = finished ? await this.#body.nextWithin(graceMs) : await this.#body.next();
    if (bytes !== null) return this.#decoder.push(bytes);
    this.#isOver = true;
    // Half an event after a whole answer was cut off by the grace, and is none.
    return finished ? null : this.#decoder.end();
  }

  /** The answer went on after all: some models name a finish reason in every event. */
  restartGrace(): void {
    this.#body.endGrace();
  }

  /** Left to end by itself a connection can be used again; a cancelled one is closed. */
  close(ended: boolean): void {
    if (ended) this.#body.finish(FINISH_MS);
    else this.#body.cancel();
  }
}
