// A chat's stream as the client is to see it: metered, stamped, and taken down for a request that comes again.
import type { ChatRequest, TokenUsage } from "../../../base/chat.ts";
import { chargedUsageView } from "../../../base/usage-view.ts";
import type { MeteredCall } from "../../../calls/call.ts";
import type { Settled } from "../../../calls/settle.ts";
import {
  BETWEEN_CHUNKS,
  type OpenedStream,
  type StreamBegin,
  type StreamView,
} from "../../../calls/stream.ts";
import type { AnswerToKeep } from "../../../ledger/port.ts";
import type { Meter } from "../../../metering/meter.ts";
import { isPlainRun, type UpstreamEvent } from "../../../providers/protocol.ts";
import { ignoredText } from "./ignored.ts";
import { createRecorder, type Recorder } from "./recorder.ts";
import { RunStamp, type Stamp, stampedJson, stampFor, TextStamp } from "./stamp.ts";

type ChatStreamCall = Pick<
  MeteredCall<ChatRequest, StreamBegin<UpstreamEvent[]>, Meter>,
  "input" | "meter"
>;

export class ChatStreamView implements StreamView<UpstreamEvent[]> {
  readonly #request: ChatRequest;
  readonly #meter: Meter;
  readonly #recorder: Recorder | null;
  #stamp: Stamp | null = null;
  #runStamp: RunStamp | null = null;
  #textStamp: TextStamp | null = null;
  #ignored: string | null = null;

  constructor({ input, meter }: ChatStreamCall) {
    const { keyed, request } = input;
    this.#request = request;
    this.#meter = meter;
    this.#recorder = keyed === null ? null : createRecorder(keyed.maxAnswerBytes);
  }

  show(events: UpstreamEvent[]): string {
    let joined = "";
    for (const event of events) {
      this.#meter.add(event);
      const json = this.#render(event);
      if (json !== "") joined = joined === "" ? json : joined + BETWEEN_CHUNKS + json;
    }
    if (joined !== "") this.#recorder?.add(joined);
    return joined;
  }

  opened(first: IteratorResult<UpstreamEvent[]>): OpenedStream {
    this.#ignored = first.done === true ? null : ignoredText(ignoredBy(first.value));
    return { ignored: this.#ignored };
  }

  usageJson({ usage, source, chargedMicro }: Settled): string | null {
    const view = chargedUsageView(usage as TokenUsage, source === "estimated", chargedMicro);
    return this.#usageChunk({ usage: view });
  }

  /** Its usage is filled in when it is given again. */
  kept(): AnswerToKeep {
    const body = this.#recorder?.text(this.#usageChunk({})) ?? null;
    return { body, ignored: this.#ignored };
  }

  /** The JSON of one event's chunks, joined; "" where it is not for the client. */
  #render(event: UpstreamEvent): string {
    if (isPlainRun(event)) {
      this.#runStamp ??= new RunStamp(this.#stamp as Stamp);
      return this.#runStamp.json(event);
    }
    const { chunk, wire } = event;
    // A chunk without choices carries usage, which has its own place at the end, or a provider's remarks.
    if (chunk.choices.length === 0) return "";
    this.#stamp ??= stampFor(chunk, this.#request.model);
    if (wire === null) {
      this.#textStamp ??= new TextStamp(this.#stamp);
      const json = this.#textStamp.json(chunk);
      if (json !== null) return json;
    }
    return stampedJson(chunk, wire, this.#stamp);
  }

  /** The chunk that carries usage, for clients that asked for it; it has no choices, as OpenAI's has none. */
  #usageChunk(usage: object): string | null {
    const stamp = this.#stamp;
    if (this.#request.stream_options?.include_usage !== true || stamp === null) return null;
    return JSON.stringify({ ...stamp, object: "chat.completion.chunk", choices: [], ...usage });
  }
}

const ignoredBy = ([first]: readonly UpstreamEvent[]): readonly string[] =>
  first === undefined || isPlainRun(first) ? [] : (first.ignored ?? []);
