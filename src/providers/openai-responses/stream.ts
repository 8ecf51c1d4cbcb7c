// The Responses API's stream of events as chunks of a chat completion.
import { upstreamError } from "../../base/errors.ts";
import type { UpstreamChunk } from "../protocol.ts";
import { deltaChoice, Envelope } from "../shared/envelope.ts";
import type { StreamReader } from "../shared/http-dialect.ts";
import { asObject, type JsonObject, nonEmptyString } from "../shared/json.ts";
import { isDone, readEvent } from "../shared/read-event.ts";
import type { SseEvent } from "../transport/sse.ts";
import { ERRORS } from "./errors.ts";
import { OutputItems } from "./items.ts";
import { readLogprobs } from "./output.ts";
import { responseEnd } from "./response.ts";
import { readUsage } from "./usage.ts";

/** Reads the events of one stream in order. */
export class ResponseStream implements StreamReader<SseEvent> {
  readonly #items = new OutputItems();
  readonly #envelope: Envelope;
  #started = false;
  #finished = false;

  /** @param model the model that was asked for, where the provider's events name none */
  constructor(model: string) {
    this.#envelope = new Envelope(model);
  }

  /** Whether the response's own end has come. */
  get finished(): boolean {
    return this.#finished;
  }

  get ended(): boolean {
    return this.#finished;
  }

  end(): UpstreamChunk[] {
    if (!this.#finished) {
      throw upstreamError("The provider's answer ended early.");
    }
    return [];
  }

  /**
   * Reads one event into the chunks that it amounts to, often none. The first chunk, with the role,
   * comes when the model begins to put something out, not when the request is taken in: a response
   * that fails before that must still be able to have a status of its own.
   * @throws ApiError when it is not a JSON object, and when it says that the response failed
   */
  read(given: SseEvent): UpstreamChunk[] {
    if (isDone(given)) {
      return [];
    }
    const event = readEvent(given, ERRORS);
    const response = asObject(event.response);
    switch (event.type) {
      case "response.created":
      case "response.in_progress":
        this.#readEnvelope(response);
        return [];
      case "response.completed":
      case "response.incomplete":
      case "response.failed":
        return this.#end(response, event.type.slice("response.".length));
      default:
        return this.#chunks(this.#items.read(event), readLogprobs(event.logprobs));
    }
  }

  #readEnvelope({ id, model, created_at: created }: JsonObject): void {
    this.#envelope.read({ id, model, created });
  }

  /** What the final response holds beyond what was streamed, then the finish reason and usage. */
  #end(response: JsonObject, ending: string): UpstreamChunk[] {
    this.#readEnvelope(response);
    const status = ending === "failed" ? ending : (response.status ?? ending);
    const rest = this.#items.readRest(response.output);
    const chunks = this.#chunks([...rest, ...this.#items.annotations], null);
    const finishReason = responseEnd({ ...response, status }, this.#items.hasToolCalls);
    this.#finished = true;
    const start = this.#started ? [] : this.#chunks([{}], null);
    const tier = nonEmptyString(response.service_tier);
    const last = this.#envelope.chunk(
      [deltaChoice(0, {}, finishReason)],
      readUsage(response.usage),
      tier === null ? {} : { service_tier: tier },
    );
    return [...chunks, ...start, last];
  }

  #chunks(deltas: JsonObject[], logprobs: JsonObject | null): UpstreamChunk[] {
    return deltas.map((delta) => {
      const start = this.#started ? {} : { role: "assistant", content: "", refusal: null };
      this.#started = true;
      return this.#envelope.chunk([deltaChoice(0, { ...start, ...delta }, null, logprobs)]);
    });
  }
}
