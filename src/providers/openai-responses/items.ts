// The output items of one streamed response: what was said of each, as deltas of a chat message.
import { upstreamError } from "../../base/errors.ts";
import { asObject, type JsonObject, nonEmptyString } from "../shared/json.ts";
import { readAnnotations, readItemText, readToolCall, SUMMARY_SEPARATOR } from "./output.ts";

/** More items than any response has: a stream's memory must not grow with what a provider sends. */
const MAX_OUTPUT_ITEMS = 4_096;

/** What has been given of one item so far. */
interface ItemState {
  /** The index among the message's tool calls; null for an item that is no call. */
  toolIndex: number | null;
  text: boolean;
  refusal: boolean;
  reasoning: boolean;
  input: boolean;
  annotations: boolean;
}

type TextKind = "text" | "refusal" | "reasoning";

/** The delta's field for each kind of text that streams. A map, as any word can come as a type. */
const TEXT_EVENTS: ReadonlyMap<unknown, { kind: TextKind; field: string }> = new Map([
  ["response.output_text.delta", { kind: "text", field: "content" }],
  ["response.refusal.delta", { kind: "refusal", field: "refusal" }],
  ["response.reasoning_summary_text.delta", { kind: "reasoning", field: "reasoning_content" }],
]);

/** Follows the items by their place in the output. */
export class OutputItems {
  readonly #states = new Map<number, ItemState>();
  #toolCalls = 0;
  readonly #annotations: JsonObject[] = [];
  /** Whether any part of a summary was given, of whichever item. */
  #reasoned = false;

  get hasToolCalls(): boolean {
    return this.#toolCalls > 0;
  }

  /**
   * The deltas that one event amounts to. An unknown event gives none. An item of its own kind
   * begins with a delta that may be empty, which tells that the model is at work.
   * @throws ApiError when a call's input comes without the call, or there are too many items
   */
  read(event: JsonObject): JsonObject[] {
    const place = typeof event.output_index === "number" ? event.output_index : 0;
    const said = TEXT_EVENTS.get(event.type);
    if (said !== undefined) {
      const delta = nonEmptyString(event.delta);
      const state = this.#stateOf(place);
      state[said.kind] = true;
      this.#reasoned ||= said.kind === "reasoning" && delta !== null;
      return delta === null ? [] : [{ [said.field]: delta }];
    }
    switch (event.type) {
      case "response.output_item.added":
        return this.#open(place, asObject(event.item));
      case "response.output_item.done":
        return this.#complete(place, asObject(event.item));
      case "response.reasoning_summary_part.added":
        return this.#reasoned ? [{ reasoning_content: SUMMARY_SEPARATOR }] : [];
      case "response.function_call_arguments.delta":
      case "response.custom_tool_call_input.delta":
        return this.#input(place, event);
      default:
        return [];
    }
  }

  /** Where the text is taken from, all at once: openai-python cannot join lists of what has no index. */
  get annotations(): JsonObject[] {
    return this.#annotations.length === 0 ? [] : [{ annotations: this.#annotations }];
  }

  /** What the final output holds beyond what was streamed: nothing, with OpenAI itself. */
  readRest(output: unknown): JsonObject[] {
    const items: unknown[] = Array.isArray(output) ? output : [];
    return items.flatMap((item, place) => this.#complete(place, asObject(item)));
  }

  #open(place: number, item: JsonObject): JsonObject[] {
    const state = this.#stateOf(place);
    const call = readToolCall(item);
    if (call === null) {
      return [{}];
    }
    if (state.toolIndex !== null) {
      return [];
    }
    state.toolIndex = this.#toolCalls++;
    const [field, key] = call.type === "custom" ? ["custom", "input"] : ["function", "arguments"];
    const opened = { ...call, [field]: { ...asObject(call[field]), [key]: "" } };
    return [{ tool_calls: [{ index: state.toolIndex, ...opened }] }];
  }

  #input(place: number, event: JsonObject): JsonObject[] {
    const state = this.#stateOf(place);
    if (state.toolIndex === null) {
      throw upstreamError("The provider sent arguments of a tool call that it did not begin.");
    }
    const text = nonEmptyString(event.delta);
    if (text === null) {
      return [];
    }
    state.input = true;
    const custom = event.type === "response.custom_tool_call_input.delta";
    return [inputDelta(state.toolIndex, custom, text)];
  }

  /** The item as a whole: whatever it holds that no delta has brought. */
  #complete(place: number, item: JsonObject): JsonObject[] {
    const state = this.#stateOf(place);
    const call = readToolCall(item);
    if (call !== null) {
      return this.#completeCall(place, item, call, state);
    }
    if (!state.annotations) {
      const annotations = readAnnotations(item);
      state.annotations = annotations.length > 0;
      this.#annotations.push(...annotations);
    }
    const said = readItemText(item);
    const deltas: JsonObject[] = [];
    for (const { kind, field } of TEXT_EVENTS.values()) {
      if (said[kind] !== "" && !state[kind]) {
        const separator = kind === "reasoning" && this.#reasoned ? SUMMARY_SEPARATOR : "";
        this.#reasoned ||= kind === "reasoning";
        state[kind] = true;
        deltas.push({ [field]: separator + said[kind] });
      }
    }
    return deltas;
  }

  #completeCall(place: number, item: JsonObject, call: JsonObject, state: ItemState): JsonObject[] {
    const opened = state.toolIndex === null ? this.#open(place, item) : [];
    const custom = call.type === "custom";
    const text = custom ? asObject(call.custom).input : asObject(call.function).arguments;
    if (state.toolIndex === null || state.input || typeof text !== "string" || text === "") {
      return opened;
    }
    state.input = true;
    return [...opened, inputDelta(state.toolIndex, custom, text)];
  }

  #stateOf(place: number): ItemState {
    let state = this.#states.get(place);
    if (state === undefined) {
      if (this.#states.size >= MAX_OUTPUT_ITEMS) {
        throw upstreamError("The provider sent more output items than the gateway accepts.");
      }
      state = {
        toolIndex: null,
        text: false,
        refusal: false,
        reasoning: false,
        input: false,
        annotations: false,
      };
      this.#states.set(place, state);
    }
    return state;
  }
}

function inputDelta(index: number, custom: boolean, text: string): JsonObject {
  const part = custom ? { custom: { input: text } } : { function: { arguments: text } };
  return { tool_calls: [{ index, ...part }] };
}
