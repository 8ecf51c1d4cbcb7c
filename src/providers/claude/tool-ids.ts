// The ids of tool calls: made fit for the model, and unique.
import { hashedId, MISTRAL_TOOL_ID } from "../shared/tool-ids.ts";

/** What Claude does not take in an id; other providers' ids hold dots and colons. */
const UNFIT = /[^a-zA-Z0-9_-]/g;

const MAX_CHARS = 64;

/** What is kept of an id that is too long, before its hash. */
const KEPT_CHARS = 40;

const HASH_CHARS = 16;

/** Makes an id that the model takes; another one for each attempt, as an earlier call may have it. */
export type FitId = (clientId: string, attempt: number) => string;

/** Claude's rule, which all of Converse but Mistral's models share: `^[a-zA-Z0-9_-]{1,64}$`. */
export const fitClaudeId: FitId = (clientId, attempt) => {
  const clean = clientId.replace(UNFIT, "_") || "call";
  const suffix = attempt === 1 ? "" : `_${attempt}`;
  return clean.length + suffix.length <= MAX_CHARS
    ? clean + suffix
    : `${clean.slice(0, KEPT_CHARS)}_${hashedId(clientId, HASH_CHARS)}${suffix}`;
};

/** Mistral's models on Converse take 9 letters or digits. */
export const fitMistralId: FitId = (clientId, attempt) =>
  attempt === 1 && MISTRAL_TOOL_ID.test(clientId)
    ? clientId
    : hashedId(`${clientId}#${attempt}`, 9);

/** Gives the calls of one conversation ids that the model takes, each its own. */
export class ToolIds {
  readonly #fit: FitId;
  readonly #used = new Set<string>();
  /** By the first try, where the search for a free id goes on: a long conversation stays cheap. */
  readonly #attempts = new Map<string, number>();

  constructor(fit: FitId) {
    this.#fit = fit;
  }

  /**
   * The id to send for a call. Some clients number the calls of every turn from 0 on, or have two
   * calls of one turn under one id: upstream all are different.
   */
  next(clientId: string): string {
    const first = this.#fit(clientId, 1);
    let attempt = this.#attempts.get(first) ?? 1;
    let id = this.#fit(clientId, attempt++);
    while (this.#used.has(id)) {
      id = this.#fit(clientId, attempt++);
    }
    this.#attempts.set(first, attempt);
    this.#used.add(id);
    return id;
  }
}
