// The tool calls of a conversation that wait for their results: each is answered once, and at once.
import { invalidRequest } from "../../base/errors.ts";

/** Keeps the calls of the last assistant's turn until its results have come. */
export class OpenCalls<Call> {
  /** Some clients have several calls of one turn under one id: their results come in their order. */
  readonly #open = new Map<string, Call[]>();
  #place = "";

  /** @param place of the assistant's message, as `messages[1]` */
  ask(id: string, call: Call, place: string): void {
    const calls = this.#open.get(id) ?? [];
    calls.push(call);
    this.#open.set(id, calls);
    this.#place = place;
  }

  /**
   * The call that a result answers.
   * @param place of the tool's message
   * @throws ApiError 400 when the turn before made no such call, or it was answered already
   */
  answer(id: string, place: string): Call {
    const calls = this.#open.get(id) ?? [];
    const call = calls.shift();
    if (call === undefined) {
      throw invalidRequest(
        "A 'tool' message must answer one call, once, of the assistant message before it.",
        `${place}.tool_call_id`,
      );
    }
    if (calls.length === 0) {
      this.#open.delete(id);
    }
    return call;
  }

  /** The turn is over. @throws ApiError 400 when a call has no result */
  end(): void {
    if (this.#open.size > 0) {
      throw invalidRequest(
        "Each call of an assistant message must be answered by a 'tool' message directly after it.",
        `${this.#place}.tool_calls`,
      );
    }
  }
}
