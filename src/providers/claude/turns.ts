// Builds a conversation by Claude's rules: turns alternate, each tool call is answered at once.
import { OpenCalls } from "../shared/open-calls.ts";
import { taggedSystemText } from "../shared/system-text.ts";
import type { MediaBlock, TextBlock, ToolResultBlock, ToolUseBlock, Turn } from "./blocks.ts";
import { type FitId, ToolIds } from "./tool-ids.ts";

/**
 * Stands for the user's first turn where the client's conversation has none: Claude needs one.
 */
const OPENING_TEXT = "[start of the conversation]";

type UserTurn<Media extends MediaBlock> = Extract<Turn<Media>, { role: "user" }>;

export interface TurnOptions {
  /** The model and the platform take messages of the role `system` in mid-conversation. */
  systemTurns: boolean;
  fitId: FitId;
}

/**
 * Takes the messages after the leading system ones in their order. Messages of one side in a row
 * become one turn. In a user turn the results of tools come first, as Claude wants them directly
 * after the calls; in an assistant turn the calls come last.
 *
 * A later system message is held until it is known what follows. Claude takes such a message
 * only directly after a user turn and before an assistant turn or the end, so only there, and only
 * where `systemTurns` says that model and platform know it, it stays one. Anywhere else its text
 * becomes a part of the user turn at its place, in `<system>` tags.
 */
export class TurnBuilder<Media extends MediaBlock> {
  readonly #systemTurns: boolean;
  readonly #ids: ToolIds;
  /** The last turn's calls, by the client's ids, as those that are sent. */
  readonly #calls = new OpenCalls<string>();
  readonly #turns: Turn<Media>[] = [];
  #held: TextBlock[] = [];

  constructor({ systemTurns, fitId }: TurnOptions) {
    this.#systemTurns = systemTurns;
    this.#ids = new ToolIds(fitId);
  }

  system(blocks: TextBlock[]): void {
    append(this.#held, blocks);
  }

  user(parts: (TextBlock | Media)[]): void {
    if (parts.length > 0) {
      append(this.#userTurn().content, parts);
    }
  }

  /**
   * @param callId the client's id of the call that this answers
   * @param place of the message in the request, as `messages[3]`
   * @throws ApiError 400 when the turn before has no such call, or it was answered already
   */
  toolResult(
    callId: string,
    result: Omit<ToolResultBlock<Media>, "type" | "tool_use_id">,
    place: string,
  ): void {
    const id = this.#calls.answer(callId, place);
    this.#userTurn().content.push({ type: "tool_result", tool_use_id: id, ...result });
  }

  /**
   * @param calls with the client's ids
   * @throws ApiError 400 when calls of the turn before are still unanswered
   */
  assistant(text: TextBlock[], calls: ToolUseBlock[], place: string): void {
    if (text.length === 0 && calls.length === 0) {
      return;
    }
    this.#endTurn();
    const identified = calls.map((call) => {
      const id = this.#ids.next(call.id);
      this.#calls.ask(call.id, id, place);
      return { ...call, id };
    });
    const last = this.#turns.at(-1);
    if (last?.role === "assistant") {
      append(last.content, [...text, ...identified]);
    } else {
      this.#turns.push({ role: "assistant", content: [...text, ...identified] });
    }
  }

  /**
   * The finished turns: at least one, the first of them the user's.
   * @throws ApiError 400 when calls are left unanswered
   */
  finish(): Turn<Media>[] {
    this.#endTurn();
    const turns = this.#turns;
    for (const { content } of turns) {
      content.sort((one, other) => rankOf(one) - rankOf(other));
    }
    if (turns[0]?.role !== "user") {
      turns.unshift({ role: "user", content: [{ type: "text", text: OPENING_TEXT }] });
    }
    trimLastText(turns.at(-1));
    return turns;
  }

  /** Whether the conversation's last turn so far is the assistant's. */
  get endsWithAssistant(): boolean {
    return this.#held.length === 0 && this.#turns.at(-1)?.role === "assistant";
  }

  #endTurn(): void {
    this.#calls.end();
    if (this.#held.length === 0) {
      return;
    }
    if (this.#systemTurns && this.#turns.at(-1)?.role === "user") {
      this.#turns.push({ role: "system", content: this.#held });
      this.#held = [];
    } else {
      this.#userTurn();
    }
  }

  /** The user turn that goes on or begins here, with the held system texts in it. */
  #userTurn(): UserTurn<Media> {
    const last = this.#turns.at(-1);
    const turn: UserTurn<Media> = last?.role === "user" ? last : { role: "user", content: [] };
    if (turn !== last) {
      this.#turns.push(turn);
    }
    const tagged = this.#held.map((block) => ({ ...block, text: taggedSystemText(block.text) }));
    append(turn.content, tagged);
    this.#held = [];
    return turn;
  }
}

/** Not `push(...items)`, as a body may hold more parts than a call may have arguments. */
function append<T>(list: T[], items: readonly T[]): void {
  for (const item of items) {
    list.push(item);
  }
}

/** Results come first in a turn and calls last; the others stay as they came. */
const rankOf = ({ type }: { type: string }): number =>
  type === "tool_result" ? 0 : type === "tool_use" ? 2 : 1;

/** Claude refuses a conversation that ends with an assistant's text with blanks at its end. */
function trimLastText(last: Turn<MediaBlock> | undefined): void {
  const block = last?.role === "assistant" ? last.content.at(-1) : undefined;
  if (block?.type === "text") {
    block.text = block.text.trimEnd();
  }
}
