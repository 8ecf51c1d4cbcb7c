// Tool calls in a stream: indexes, ids and names as OpenAI's clients put them together.
import { upstreamError } from "../../base/errors.ts";
import { newToolCallId } from "../../base/ids.ts";
import { asObject, isObject, type JsonObject, nonEmptyString } from "../shared/json.ts";
import { argumentsText } from "./content.ts";

/**
 * More tool calls than one turn can use: a stream's memory must not grow with what a provider
 * sends.
 */
const MAX_TOOL_CALLS = 4_096;

interface OpenCall {
  id: string;
  name: string;
}

/**
 * Follows the tool calls of one choice. Some providers send deltas without an index, several calls
 * under the same index, arguments as an object, or a name that repeats; OpenAI's clients append by
 * index and expect the id, type and name once, in a call's first delta.
 */
export class ToolDeltas {
  readonly #calls: OpenCall[] = [];
  /** Where the provider's own index stands in our numbering. */
  readonly #positions = new Map<number, number>();

  get seen(): boolean {
    return this.#calls.length > 0;
  }

  /** Puts one delta in order, in place. True when it had to be changed. */
  normalize(delta: JsonObject): boolean {
    const fn = asObject(delta.function);
    const position = this.#place(delta, fn);
    let changed = delta.index !== position;
    delta.index = position;
    const isNew = position === this.#calls.length;
    if (isNew) {
      changed = this.#open(delta, fn) || changed;
    }
    return (isObject(delta.function) && this.#normalizeFunction(fn, position, isNew)) || changed;
  }

  /**
   * The position of the call that the delta continues, or the next free one when it begins a call.
   */
  #place(delta: JsonObject, fn: JsonObject): number {
    const id = nonEmptyString(delta.id);
    const begins = nonEmptyString(fn.name) !== null || isObject(delta.custom);
    const index = typeof delta.index === "number" ? delta.index : null;
    const known = index === null ? this.#byId(id, begins) : this.#positions.get(index);
    // An index that comes with another id and a name is a second call under the first one's number.
    const taken = known !== undefined && begins && id !== null && this.#calls[known]?.id !== id;
    const position = known === undefined || taken ? this.#calls.length : known;
    if (index !== null) {
      this.#positions.set(index, position);
    }
    return position;
  }

  /**
   * Without an index: a known id continues its call; a new id or name begins one; the rest goes to
   * the last.
   */
  #byId(id: string | null, begins: boolean): number | undefined {
    const known = id === null ? -1 : this.#calls.findIndex((call) => call.id === id);
    if (known >= 0) {
      return known;
    }
    return begins || id !== null || this.#calls.length === 0 ? undefined : this.#calls.length - 1;
  }

  /** Registers a new call and fills in its id and type. */
  #open(delta: JsonObject, fn: JsonObject): boolean {
    const id = nonEmptyString(delta.id);
    const type = nonEmptyString(delta.type);
    if (this.#calls.length >= MAX_TOOL_CALLS) {
      throw upstreamError("The provider sent more tool calls than the gateway accepts.");
    }
    delta.id = id ?? newToolCallId();
    delta.type = type ?? "function";
    this.#calls.push({ id: String(delta.id), name: nonEmptyString(fn.name) ?? "" });
    return id === null || type === null;
  }

  #normalizeFunction(fn: JsonObject, position: number, isNew: boolean): boolean {
    const call = this.#calls[position];
    let changed = false;
    if (!isNew && "name" in fn && (fn.name === null || fn.name === "" || fn.name === call?.name)) {
      // Repeated, it would be appended by clients that join names.
      delete fn.name;
      changed = true;
    } else if (isNew && typeof fn.name !== "string") {
      fn.name = "";
      changed = true;
    }
    if (typeof fn.arguments !== "string" && (isNew || "arguments" in fn)) {
      fn.arguments = argumentsText(fn.arguments);
      changed = true;
    }
    return changed;
  }
}
