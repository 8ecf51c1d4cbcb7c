// The turns of a conversation as Gemini wants them: the speakers alternate, results follow their calls.
import type { GeminiContent, GeminiPart } from "./wire.ts";

type Draft =
  | { role: "model"; parts: GeminiPart[] }
  | { role: "user"; results: { part: GeminiPart; order: number }[]; parts: GeminiPart[] };

/** Collects turns in their order. What one side says in a row becomes one turn. */
export class Turns {
  readonly #drafts: Draft[] = [];

  model(parts: readonly GeminiPart[]): void {
    if (parts.length === 0) return;
    const last = this.#drafts.at(-1);
    if (last?.role === "model") append(last.parts, parts);
    else this.#drafts.push({ role: "model", parts: [...parts] });
  }

  user(parts: readonly GeminiPart[]): void {
    if (parts.length > 0) append(this.#userTurn().parts, parts);
  }

  /**
   * A tool's result. Results stand before what else the user's side says, in the order of the calls:
   * those without ids are told apart by their order where one function was called twice.
   */
  result(part: GeminiPart, order: number): void {
    this.#userTurn().results.push({ part, order });
  }

  /** Each turn has at least one part. */
  finish(): GeminiContent[] {
    return this.#drafts.map((draft) => {
      if (draft.role === "model") return draft;
      const results = draft.results.sort((one, other) => one.order - other.order);
      return { role: "user", parts: [...results.map(({ part }) => part), ...draft.parts] };
    });
  }

  #userTurn(): Extract<Draft, { role: "user" }> {
    const last = this.#drafts.at(-1);
    if (last?.role === "user") return last;
    const turn: Draft = { role: "user", results: [], parts: [] };
    this.#drafts.push(turn);
    return turn;
  }
}

/** Not `push(...items)`, as a body may hold more parts than a call may have arguments. */
function append<T>(list: T[], items: readonly T[]): void {
  for (const item of items) list.push(item);
}
