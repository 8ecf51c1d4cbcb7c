// Tool calls in a stream: indexes, ids and names as OpenAI's clients put them together.
import { upstreamError } from "../../base/errors.ts";
import {
  asArray,
  asObject,
  drop,
  isObject,
  type JsonObject,
  nonEmptyString,
  put,
} from "../shared/json.ts";
import { JsonProgress } from "../shared/json-progress.ts";
import { argumentsText, CUSTOM, FUNCTION } from "../shared/tool-arguments.ts";
import { isCustomCall, saysOfCall, shapeCall } from "./tools.ts";

/**
 * More tool calls than one turn can use: a stream's memory must not grow with what a provider
 * sends.
 */
const MAX_TOOL_CALLS = 4_096;

interface OpenCall {
  position: number;
  /** As the provider named it first; null where it gave none. */
  id: string | null;
  name: string;
  isCustom: boolean;
  text: JsonProgress;
  /** Its head had `{}` for arguments, which the client has not been given: others may come in its place. */
  isHeldEmpty: boolean;
}

/** What a delta says of the call that it belongs to. */
interface Fragment {
  /** The provider's own number. */
  index: number | null;
  id: string | null;
  name: string | null;
  text: string;
}

/**
 * Follows the tool calls of one choice. Some providers send deltas without an index, several calls
 * under the same index, one call under several, arguments as an object, or ids, types and names
 * that repeat; OpenAI's clients append by index, and join whatever comes after a call's first
 * delta.
 */
export class ToolDeltas {
  readonly #calls: OpenCall[] = [];
  readonly #byIndex = new Map<number, OpenCall>();
  readonly #byId = new Map<string, OpenCall>();
  /** The ids that the client has seen. */
  readonly #used = new Set<string>();

  get seen(): boolean {
    return this.#calls.length > 0;
  }

  /** Whether a function's arguments are visibly cut off. */
  get isCut(): boolean {
    return this.#calls.some(({ isCustom, text }) => !isCustom && text.isCut);
  }

  /** Puts the calls of one delta in order, in place. True when anything had to be changed. */
  normalize(delta: JsonObject): boolean {
    const given = delta.tool_calls;
    if (given === undefined) {
      return false;
    }
    const calls: JsonObject[] = [];
    let changed = false;
    for (const call of asArray(given)) {
      if (!isObject(call) || !(this.seen || saysOfCall(call)) || this.#repeats(call)) {
        changed = true;
        continue;
      }
      const opened = this.#calls.length;
      changed = this.#normalizeOne(call) || changed;
      // Clients take a call for whole when the next one begins.
      if (this.#calls.length > opened) calls.push(...this.#release(opened));
      // LangChain and openai-python fail on a call of which nothing is left but its index.
      if (FUNCTION.member in call || CUSTOM.member in call) calls.push(call);
    }
    if (calls.length === 0) {
      return drop(delta, "tool_calls");
    }
    delta.tool_calls = calls;
    return changed;
  }

  /** What the calls are still to be given at the end: the empty arguments that no others came for. */
  rest(): JsonObject[] {
    return this.#release(this.#calls.length);
  }

  #release(before: number): JsonObject[] {
    const held = this.#calls.slice(0, before).filter(({ isHeldEmpty }) => isHeldEmpty);
    return held.map((call) => {
      call.isHeldEmpty = false;
      return { index: call.position, function: { arguments: EMPTY } };
    });
  }

  #normalizeOne(delta: JsonObject): boolean {
    const fragment = readFragment(delta);
    const known = this.#find(fragment);
    const call = known ?? this.#open(delta, fragment);
    this.#number(fragment.index, call);
    const moved = put(delta, "index", call.position);
    const changed = known === null ? shapeCall(delta, this.#used) : continueCall(delta, call);
    if (known !== null) startOver(call, fragment);
    const isHeld = known === null && holdEmpty(delta, call, fragment);
    call.text.add(fragment.text);
    return changed || moved || isHeld;
  }

  /** Whether a call's whole arguments come a second time, as some providers end a call with them. */
  #repeats(delta: JsonObject): boolean {
    const fragment = readFragment(delta);
    const call = fragment.text.startsWith("{") ? this.#candidate(fragment) : null;
    const isSame = fragment.name === null || (fragment.id !== null && fragment.id === call?.id);
    return (
      call?.text.isWhole === true &&
      isSame &&
      !call.isCustom &&
      call.text.equals(new JsonProgress().add(fragment.text))
    );
  }

  /** The call that a fragment continues, or null when it begins one. */
  #find(fragment: Fragment): OpenCall | null {
    const call = this.#candidate(fragment);
    return call === null || startsAnother(call, fragment) ? null : call;
  }

  #candidate({ index, id, name }: Fragment): OpenCall | null {
    const byId = id === null ? undefined : this.#byId.get(id);
    const byIndex = index === null ? undefined : this.#byIndex.get(index);
    if (byIndex !== undefined) {
      return name === null ? (byId ?? byIndex) : byIndex;
    }
    if (byId !== undefined && (index === null || name === null)) {
      return byId;
    }
    // Under a new index only what has neither an id nor a name belongs to the call that is open.
    const begins = index !== null && (id !== null || name !== null);
    return begins ? null : (this.#calls.at(-1) ?? null);
  }

  #number(index: number | null, call: OpenCall): void {
    if (index === null || this.#byIndex.get(index) === call) {
      return;
    }
    if (this.#byIndex.size >= MAX_TOOL_CALLS && !this.#byIndex.has(index)) {
      throw tooMany();
    }
    this.#byIndex.set(index, call);
  }

  #open(delta: JsonObject, { id, name }: Fragment): OpenCall {
    if (this.#calls.length >= MAX_TOOL_CALLS) {
      throw tooMany();
    }
    const call: OpenCall = {
      position: this.#calls.length,
      id,
      name: name ?? "",
      isCustom: isCustomCall(delta),
      text: new JsonProgress(),
      isHeldEmpty: false,
    };
    this.#calls.push(call);
    if (id !== null) {
      this.#byId.set(id, call);
    }
    return call;
  }
}

const tooMany = () => upstreamError("The provider sent more tool calls than the gateway accepts.");

function readFragment(delta: JsonObject): Fragment {
  const { member, textName } = isCustomCall(delta) ? CUSTOM : FUNCTION;
  const body = asObject(delta[member]);
  return {
    index: readIndex(delta.index),
    id: nonEmptyString(delta.id),
    name: nonEmptyString(body.name),
    text: argumentsText(body[textName]),
  };
}

const EMPTY = "{}";

/** Takes empty arguments out of a head: some hosts begin every call with them, and send the real ones after. */
function holdEmpty(delta: JsonObject, call: OpenCall, { text }: Fragment): boolean {
  if (call.isCustom || text.trim() !== EMPTY) return false;
  asObject(delta[FUNCTION.member])[FUNCTION.textName] = "";
  call.isHeldEmpty = true;
  return true;
}

/** The real arguments begin: what the head had for them is forgotten. */
function startOver(call: OpenCall, { text }: Fragment): void {
  if (!call.isHeldEmpty || text.trim() === "") return;
  call.isHeldEmpty = false;
  call.text = new JsonProgress();
}

/** Some hosts write the number as a text. */
function readIndex(given: unknown): number | null {
  const index = typeof given === "string" && /^\d{1,4}$/.test(given) ? Number(given) : given;
  return typeof index === "number" && Number.isSafeInteger(index) ? index : null;
}

/**
 * Whether a fragment that seems to continue a call begins another one under the same number: a head
 * with a name, after arguments that are whole. A name that comes with an id of its own while the
 * arguments are open is a head that repeats; ids can be new in every fragment.
 */
function startsAnother(call: OpenCall, { index, id, name, text }: Fragment): boolean {
  const hasNewId = id !== null && id !== call.id;
  if (name === null) {
    // Without a number, an id that is new after whole arguments can only be another call's.
    return index === null && hasNewId && call.text.isWhole;
  }
  const isOther = name !== call.name && call.name !== "";
  if (call.text.isCut) {
    return isOther && (hasNewId || index === null);
  }
  if (call.text.isEmpty) {
    const repeats = !isOther && text !== "" && !new JsonProgress().add(text).isWhole;
    return (hasNewId && !repeats) || (isOther && index === null);
  }
  return hasNewId || text !== "";
}

/** Leaves in a later delta what clients append, and nothing that they would join to the first one's. */
function continueCall(delta: JsonObject, call: OpenCall): boolean {
  const { member, other, textName } = call.isCustom ? CUSTOM : FUNCTION;
  let changed = [drop(delta, "id"), drop(delta, "type"), drop(delta, other)].includes(true);
  const body = delta[member];
  if (!isObject(body)) {
    return drop(delta, member) || changed;
  }
  const name = nonEmptyString(body.name);
  if (name === null || name === call.name) {
    changed = drop(body, "name") || changed;
  } else {
    call.name += name;
  }
  const text = argumentsText(body[textName]);
  return (textName in body && put(body, textName, text)) || changed;
}
