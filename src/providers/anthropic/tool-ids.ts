// The ids of tool calls: made fit for Anthropic, unique, and matched with the results.

/** What Anthropic does not take in an id; other providers' ids hold dots and colons. */
const UNFIT = /[^a-zA-Z0-9_-]/g;

/** Keeps one conversation's ids. Calls are asked in one turn and answered in the next. */
export class ToolIds {
  readonly #used = new Set<string>();
  /** Where the search for a free number goes on, so that a long conversation stays cheap. */
  readonly #nextNumber = new Map<string, number>();
  /** The last turn's open calls: the client's id to the one sent upstream. */
  readonly #open = new Map<string, string>();

  /** The id to send for a call; null when the same turn has asked under this id already. */
  ask(clientId: string): string | null {
    if (this.#open.has(clientId)) {
      return null;
    }
    // Some clients number the calls of every turn from 0 on: Anthropic wants them all different.
    const base = clientId.replace(UNFIT, "_") || "call";
    let id = base;
    let number = this.#nextNumber.get(base) ?? 2;
    while (this.#used.has(id)) {
      id = `${base}_${number++}`;
    }
    this.#nextNumber.set(base, number);
    this.#used.add(id);
    this.#open.set(clientId, id);
    return id;
  }

  /** The id that a result names; null when no open call has this id. */
  answer(clientId: string): string | null {
    const id = this.#open.get(clientId) ?? null;
    this.#open.delete(clientId);
    return id;
  }

  get unanswered(): boolean {
    return this.#open.size > 0;
  }
}
