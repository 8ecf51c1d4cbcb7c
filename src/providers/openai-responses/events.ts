// The Responses API's stream of events as chunks of a chat completion.
import type { ChatCompletionChunk, TokenUsage } from "../../base/chat.ts";
import { upstreamError } from "../../base/errors.ts";
import { newCompletionId } from "../../base/ids.ts";
import type { UpstreamChunk } from "../protocol.ts";
import type { FinishReason } from "../shared/finish-reason.ts";
import type { StreamReader } from "../shared/http-adapter.ts";
import { asObject, isObject, type JsonObject, nonEmptyString, parseJson } from "../shared/json.ts";
import type { SseEvent } from "../transport/sse.ts";
import { OutputItems } from "./items.ts";
import { failureOf, finishReasonOf } from "./outcome.ts";
import { readLogprobs } from "./output.ts";
import { readUsage } from "./usage.ts";

/** What a chunk's one choice may hold beside its delta. */
interface ChoiceExtra {
  logprobs?: JsonObject | null;
  finishReason?: FinishReason;
}

/** What some gateways in between add after the terminal event. */
const DONE = "[DONE]";

/** Reads the events of one stream in order. */
export class EventReader implements StreamReader<SseEvent> {
  readonly #items = new OutputItems();
  #id = newCompletionId();
  #createdSeconds = Math.floor(Date.now() / 1000);
  #model: string;
  #started = false;
  #finished = false;

  /** @param model the model that was asked for, where the provider's events name none */
  constructor(model: string) {
    this.#model = model;
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
   * Reads one event's data into the chunks that it amounts to, often none. The first chunk, with
   * the role, comes when the model begins to put something out, not when the request is taken in: a
   * response that fails before that must still be able to have a status of its own.
   * @throws ApiError when it is not a JSON object, and when it says that the response failed
   */
  read({ data }: SseEvent): UpstreamChunk[] {
    if (data.startsWith(DONE)) {
      return [];
    }
    const event = parseJson(data);
    if (!isObject(event)) {
      throw upstreamError("The provider sent an event that is not a JSON object.");
    }
    const failure = failureOf(event);
    if (failure !== null) {
      throw failure;
    }
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

  #readEnvelope(response: JsonObject): void {
    this.#id = nonEmptyString(response.id) ?? this.#id;
    this.#model = nonEmptyString(response.model) ?? this.#model;
    if (typeof response.created_at === "number") {
      this.#createdSeconds = response.created_at;
    }
  }

  /** What the final response holds beyond what was streamed, then the finish reason and usage. */
  #end(response: JsonObject, ending: string): UpstreamChunk[] {
    this.#readEnvelope(response);
    const status = ending === "failed" ? ending : (response.status ?? ending);
    const chunks = this.#chunks(this.#items.readRest(response.output), null);
    const finishReason = finishReasonOf({ ...response, status }, this.#items.hasToolCalls);
    this.#finished = true;
    const start = this.#started ? [] : this.#chunks([{}], null);
    const tier = nonEmptyString(response.service_tier);
    const last = this.#chunk({}, { finishReason }, readUsage(response.usage));
    if (tier !== null) {
      Object.assign(last.chunk, { service_tier: tier });
    }
    return [...chunks, ...start, last];
  }

  #chunks(deltas: JsonObject[], logprobs: JsonObject | null): UpstreamChunk[] {
    return deltas.map((delta) => {
      const isFirst = !this.#started;
      this.#started = true;
      return this.#chunk(
        isFirst ? { role: "assistant", content: "", refusal: null, ...delta } : delta,
        { logprobs },
        null,
      );
    });
  }

  #chunk(delta: JsonObject, extra: ChoiceExtra, usage: TokenUsage | null): UpstreamChunk {
    const chunk = {
      id: this.#id,
      object: "chat.completion.chunk",
      created: this.#createdSeconds,
      model: this.#model,
      choices: [
        {
          index: 0,
          delta,
          logprobs: extra.logprobs ?? null,
          finish_reason: extra.finishReason ?? null,
        },
      ],
    };
    // The delta has OpenAI's fields, and `reasoning_content` beside them.
    return { chunk: chunk as unknown as ChatCompletionChunk, wire: null, usage };
  }
}
