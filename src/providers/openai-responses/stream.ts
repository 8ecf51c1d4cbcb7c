// The Responses API's stream of events as chunks of a chat completion.
import { upstreamError } from "../../base/errors.ts";
import { parseResponsesUsage } from "../openai/usage.ts";
import type { UpstreamChunk } from "../protocol.ts";
import { deltaChoice, Envelope } from "../shared/envelope.ts";
import { COMMON_ERRORS } from "../shared/errors.ts";
import { type FinishReason, finishReasonOf } from "../shared/finish-reason.ts";
import type { StreamReader } from "../shared/http-dialect.ts";
import { asObject, isObject, type JsonObject, nonEmptyString } from "../shared/json.ts";
import { isDone, readEvent } from "../shared/read-event.ts";
import type { SseEvent } from "../transport/sse.ts";
import { OutputItems } from "./items.ts";
import { readLogprobs, tokensIn } from "./output.ts";

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
    const event = readEvent(given, COMMON_ERRORS);
    const response = asObject(event.response);
    switch (event.type) {
      case "response.created":
      case "response.in_progress":
        this.#readEnvelope(response);
        return [];
      case "response.completed":
      case "response.incomplete":
      case "response.failed":
        return this.finish(response, event.type.slice("response.".length));
      default:
        return this.#chunks(this.#items.read(event), readLogprobs(event.logprobs));
    }
  }

  #readEnvelope({ id, model, created_at: created }: JsonObject): void {
    this.#envelope.read({ id, model, created });
  }

  /**
   * What the final response holds beyond what was streamed, then the finish reason and usage.
   * @param ending as the event names it; counts where the response has no status
   * @throws ApiError for a response that failed, was cancelled or has not ended at all
   */
  finish(response: JsonObject, ending = "completed"): UpstreamChunk[] {
    this.#readEnvelope(response);
    const status = ending === "failed" ? ending : (response.status ?? ending);
    // Of a text that was streamed they have come with it.
    const logprobs = this.#started ? null : readLogprobs(tokensIn(response.output));
    const chunks = this.#chunks(this.#items.readRest(response.output), logprobs);
    const finishReason = responseEnd({ ...response, status }, this.#items.hasToolCalls);
    this.#finished = true;
    const start = this.#started ? [] : this.#chunks([{}], null);
    const { service_tier: tier, moderation } = response;
    const last = this.#envelope.chunk(
      [deltaChoice(0, {}, finishReason)],
      parseResponsesUsage(response.usage),
      {
        ...(typeof tier === "string" && { service_tier: tier }),
        ...(isObject(moderation) && { moderation }),
      },
    );
    return [...chunks, ...start, last];
  }

  #chunks(deltas: JsonObject[], logprobs: JsonObject | null): UpstreamChunk[] {
    return deltas.map((delta, at) => {
      const start = this.#started ? {} : { role: "assistant", content: "", refusal: null };
      this.#started = true;
      const tokens = at === 0 ? logprobs : null;
      return this.#envelope.chunk([deltaChoice(0, { ...start, ...delta }, null, tokens)]);
    });
  }
}

/**
 * The finish reason of a response that has ended.
 * @param hasToolCalls the answer holds calls, which makes an ordinary end "tool_calls"
 * @throws ApiError for one that failed, was cancelled or has not ended at all
 */
function responseEnd(response: JsonObject, hasToolCalls: boolean): FinishReason {
  switch (response.status) {
    case "completed":
      return hasToolCalls ? "tool_calls" : "stop";
    case "incomplete": {
      const reason = nonEmptyString(asObject(response.incomplete_details).reason);
      const found = finishReasonOf(reason ?? "incomplete", { hasCalls: false, hasOutput: true });
      // Whatever it was that stopped it, it is not whole.
      return found === "content_filter" ? found : "length";
    }
    case "failed":
      throw (
        COMMON_ERRORS.fromPayload(response) ??
        upstreamError("The provider failed to answer the request.")
      );
    default:
      throw upstreamError("The provider did not finish its answer.");
  }
}
