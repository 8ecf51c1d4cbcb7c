// The output items of one streamed response: what was said of each, as deltas of a chat message.
import { upstreamError } from "../../base/errors.ts";
import { asArray, asObject, type JsonObject, nonEmptyString } from "../shared/json.ts";
import { formOf } from "../shared/tool-arguments.ts";
import {
  type ItemText,
  readAnnotations,
  readItemText,
  readToolCall,
  SUMMARY_SEPARATOR,
} from "./output.ts";

/** More items than any response has: a stream's memory must not grow with what a provider sends. */
const MAX_OUTPUT_ITEMS = 4_096;

type TextField = keyof ItemText;

/** What has been given of one item so far. */
interface ItemState {
  /** The index among the message's tool calls; null for an item that is no call. */
  toolIndex: number | null;
  given: Set<TextField | "input" | "annotations">;
}

/** The delta's field for each kind of text that streams. A map, as any word can come as a type. */
const TEXT_EVENTS: ReadonlyMap<unknown, TextField> = new Map([
  ["response.output_text.delta", "content"],
  ["response.refusal.delta", "refusal"],
  ["response.reasoning_summary_text.delta", "reasoning_content"],
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
    const field = TEXT_EVENTS.get(event.type);
    if (field !== undefined) {
      const delta = nonEmptyString(event.delta);
      this.#stateOf(place).given.add(field);
      this.#reasoned ||= field === "reasoning_content" && delta !== null;
      return delta === null ? [] : [{ [field]: delta }];
    }
    switch (event.type) {
      case "response.output_item.added":
        return this.#open(place, asObject(event.item));
      case "response.output_item.done":
        return this.#complete(place, asObject(event.item));
      case "response.reasoning_summary_part.added":
        return this.#reasoned ? [{ reasoning_content: SUMMARY_SEPARATOR }] : [];
      case "response.function_call_arguments.delta":
        return this.#input(place, "function", event.delta);
      case "response.custom_tool_call_input.delta":
        return this.#input(place, "custom", event.delta);
      default:
        return [];
    }
  }

  /**
   * What the final output holds beyond what was streamed, which is nothing with OpenAI itself; and
   * where the text is taken from, all at once: openai-python cannot join lists of what has no index.
   */
  readRest(output: unknown): JsonObject[] {
    const rest = asArray(output).flatMap((item, place) => this.#complete(place, asObject(item)));
    return this.#annotations.length === 0 ? rest : [...rest, { annotations: this.#annotations }];
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
    const { member, textName } = formOf(call);
    const opened = { ...call, [member]: { ...asObject(call[member]), [textName]: "" } };
    return [{ tool_calls: [{ index: state.toolIndex, ...opened }] }];
  }

  #input(place: number, type: "function" | "custom", text: unknown): JsonObject[] {
    const { toolIndex: index, given } = this.#stateOf(place);
    if (index === null) {
      throw upstreamError("The provider sent arguments of a tool call that it did not begin.");
    }
    if (nonEmptyString(text) === null) {
      return [];
    }
    given.add("input");
    return [{ tool_calls: [{ index, [type]: { [formOf({ type }).textName]: text } }] }];
  }

  /** The item as a whole: whatever it holds that no delta has brought. */
  #complete(place: number, item: JsonObject): JsonObject[] {
    const { toolIndex, given } = this.#stateOf(place);
    const call = readToolCall(item);
    if (call !== null) {
      const { member, textName } = formOf(call);
      const opened = toolIndex === null ? this.#open(place, item) : [];
      const text = asObject(call[member])[textName];
      return given.has("input") ? opened : [...opened, ...this.#input(place, member, text)];
    }
    if (!given.has("annotations")) {
      const annotations = readAnnotations(item);
      if (annotations.length > 0) given.add("annotations");
      this.#annotations.push(...annotations);
    }
    const said = readItemText(item);
    const deltas: JsonObject[] = [];
    for (const field of TEXT_EVENTS.values()) {
      if (said[field] !== "" && !given.has(field)) {
        const isReasoning = field === "reasoning_content";
        const separator = isReasoning && this.#reasoned ? SUMMARY_SEPARATOR : "";
        this.#reasoned ||= isReasoning;
        given.add(field);
        deltas.push({ [field]: separator + said[field] });
      }
    }
    return deltas;
  }

  #stateOf(place: number): ItemState {
    let state = this.#states.get(place);
    if (state === undefined) {
      if (this.#states.size >= MAX_OUTPUT_ITEMS) {
        throw upstreamError("The provider sent more output items than the gateway accepts.");
      }
      state = { toolIndex: null, given: new Set() };
      this.#states.set(place, state);
    }
    return state;
  }
}
