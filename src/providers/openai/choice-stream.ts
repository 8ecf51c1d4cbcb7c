// One choice of a stream: what its deltas say, and how it ends.
import { saysAnything } from "../shared/envelope.ts";
import { type FinishReason, finishReasonOf, finishWord } from "../shared/finish-reason.ts";
import {
  asArray,
  asObject,
  drop,
  isGiven,
  isObject,
  type JsonObject,
  nonEmptyString,
  put,
} from "../shared/json.ts";
import { normalizeLogprobs, normalizeMessage } from "./content.ts";
import { ToolDeltas } from "./tool-deltas.ts";
import { normalizeFunctionCall } from "./tools.ts";

/** Lists that grow with the deltas; openai-python joins their items by index and fails without one. */
const LISTS = ["annotations", "images", "reasoning_details"] as const;

export class ChoiceStream {
  readonly #index: number;
  readonly #tools = new ToolDeltas();
  readonly #listed = { annotations: 0, images: 0, reasoning_details: 0 };
  #hasRole = false;
  #hasOldCall = false;
  #hasSaid = false;
  #saysMore = false;
  #isCounted = false;
  #reason: FinishReason | null = null;
  /** The last word that said that the answer goes on. */
  #openWord: string | null = null;
  /** What goes to the client with the finish reason. */
  #last: JsonObject = {};

  constructor(index: number) {
    this.#index = index;
  }

  get isFinished(): boolean {
    return this.#reason !== null;
  }

  /** Something came, if only a finish reason. */
  get hasBegun(): boolean {
    return this.#hasSaid || this.isFinished;
  }

  /** Some text goes on what has begun. False where it has not, or has ended: then more has to be looked at. */
  goesOn(): boolean {
    if (!this.#hasRole || this.isFinished) return false;
    this.#hasSaid = true;
    return true;
  }

  /** A call's arguments are visibly incomplete. */
  get isCut(): boolean {
    return this.#tools.isCut;
  }

  /**
   * Puts a choice right, in place; its finish reason becomes null or a word of OpenAI's. True when
   * anything changed.
   * @param isCounted the provider has reported output
   * @throws ApiError when the finish reason stands for a failure
   */
  normalize(choice: JsonObject, isCounted: boolean): boolean {
    this.#isCounted = isCounted;
    let changed = false;
    if (!isObject(choice.delta)) {
      // A host that does not stream gives its whole message in one event; some end a stream with it.
      choice.delta = this.#hasSaid ? {} : { ...asObject(choice.message) };
      delete choice.message;
      changed = true;
    }
    changed = normalizeLogprobs(choice) || changed;
    changed = this.#normalizeDelta(asObject(choice.delta)) || changed;
    const given = choice.finish_reason;
    const word = finishWord(given);
    // With the finish reason, before usage: what comes after usage would not be covered by it.
    if (word !== null) changed = this.#giveRest(asObject(choice.delta)) || changed;
    this.#openWord = word === null ? (nonEmptyString(given) ?? this.#openWord) : null;
    return put(choice, "finish_reason", word === null ? null : this.#read(word)) || changed;
  }

  /**
   * Takes the finish reason from a choice, for {@link finish}. Returns what the choice says besides, or
   * null for nothing.
   */
  hold(choice: JsonObject): JsonObject | null {
    const given = this.#read(String(choice.finish_reason));
    // A plain end that comes again says nothing new about an answer that was cut or filtered.
    this.#reason = this.#reason !== null && given === "stop" ? this.#reason : given;
    if (!this.#saysMore) {
      this.#last = { ...this.#last, ...choice };
      return null;
    }
    const logprobs = "logprobs" in choice ? { logprobs: null } : {};
    this.#last = { ...this.#last, ...choice, ...logprobs, delta: {} };
    return { ...choice, finish_reason: null };
  }

  /** The choice that ends it all. */
  finish(): JsonObject {
    const reason = this.#read(this.#reason ?? this.#openWord ?? "stop");
    const delta = { ...asObject(this.#last.delta) };
    this.#giveRest(delta);
    return { index: this.#index, ...this.#last, delta, finish_reason: reason };
  }

  /** By the calls that have come: many providers report those with a plain "stop". */
  #read(word: string): FinishReason {
    return finishReasonOf(word, {
      hasCalls: this.#tools.seen,
      hasOldCall: this.#hasOldCall,
      hasOutput: this.#hasSaid || this.#isCounted,
    });
  }

  #giveRest(delta: JsonObject): boolean {
    const rest = this.#tools.rest();
    if (rest.length === 0) return false;
    delta.tool_calls = [...asArray(delta.tool_calls), ...rest];
    this.#saysMore = true;
    return true;
  }

  #numberItems(delta: JsonObject): boolean {
    let changed = false;
    for (const name of LISTS) {
      const given = delta[name];
      for (const item of Array.isArray(given) ? given : []) {
        if (typeof item.index !== "number") {
          item.index = this.#listed[name];
          changed = true;
        } else if (item.index < this.#listed[name]) {
          // What says what an item is, and not what is in it, they join as well.
          changed = drop(item, "format") || changed;
          changed = drop(item, "id") || changed;
        }
        this.#listed[name] = Math.max(this.#listed[name], item.index + 1);
      }
    }
    return changed;
  }

  #normalizeDelta(delta: JsonObject): boolean {
    // Clients need the role once: openai-python joins what comes again to "assistantassistant".
    let changed = this.#hasRole ? drop(delta, "role") : put(delta, "role", "assistant");
    this.#hasRole = true;
    changed = normalizeMessage(delta) || changed;
    changed = this.#numberItems(delta) || changed;
    changed = this.#tools.normalize(delta) || changed;
    changed = normalizeFunctionCall(delta, this.#hasOldCall) || changed;
    this.#hasOldCall ||= isGiven(delta.function_call);
    this.#saysMore = saysAnything(delta);
    this.#hasSaid ||= this.#saysMore;
    return changed;
  }
}
