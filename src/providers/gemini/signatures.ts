// Thought signatures: where they stand in a tool call, and a memory for clients that drop them.
import { asObject, type JsonObject, nonEmptyString } from "../shared/json.ts";

/** A signature longer than this is not remembered, so that one cannot push out all others. */
export const SIGNATURE_BYTES = 1_048_576;

/**
 * What Google documents for replaying a call whose signature is lost: the model then goes on
 * without its earlier thoughts. See https://ai.google.dev/gemini-api/docs/thought-signatures.
 */
export const SKIP_SIGNATURE = "skip_thought_signature_validator";

export interface SignatureCacheLimits {
  /** Tool calls that are remembered at most; the least recently used goes first. */
  entries: number;
  /** All remembered ids, names and signatures together (they are ASCII). */
  bytes: number;
}

const LIMITS: SignatureCacheLimits = { entries: 20_000, bytes: 64 * 1_048_576 };

interface Remembered {
  name: string;
  signature: string;
  bytes: number;
}

/**
 * Signatures by tool call id, bounded, least recently used out first. Most clients send tool calls
 * back without the `extra_content` that holds the signature. Its content is opaque and only ever
 * goes back to the provider that made it.
 */
export class SignatureCache {
  readonly #limits: SignatureCacheLimits;
  readonly #entries = new Map<string, Remembered>();
  #bytes = 0;

  constructor(limits: SignatureCacheLimits = LIMITS) {
    this.#limits = limits;
  }

  get size(): number {
    return this.#entries.size;
  }

  get bytes(): number {
    return this.#bytes;
  }

  remember(toolCallId: string, name: string, signature: string): void {
    this.#forget(toolCallId);
    const bytes = toolCallId.length + name.length + signature.length;
    if (bytes > Math.min(SIGNATURE_BYTES, this.#limits.bytes)) {
      return;
    }
    this.#entries.set(toolCallId, { name, signature, bytes });
    this.#bytes += bytes;
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size <= this.#limits.entries && this.#bytes <= this.#limits.bytes) {
        break;
      }
      this.#forget(oldest);
    }
  }

  /** The signature of a call, or null. The name must fit too, as Gemini's ids are short. */
  find(toolCallId: string, name: string): string | null {
    const found = this.#entries.get(toolCallId);
    if (found?.name !== name) {
      return null;
    }
    this.#entries.delete(toolCallId);
    this.#entries.set(toolCallId, found);
    return found.signature;
  }

  #forget(toolCallId: string): void {
    const found = this.#entries.get(toolCallId);
    if (found !== undefined) {
      this.#bytes -= found.bytes;
      this.#entries.delete(toolCallId);
    }
  }
}

/** The field of a tool call that holds its signature, in the shape of Google's own endpoint. */
export function signatureField(signature: string | null): JsonObject {
  return signature === null ? {} : { extra_content: { google: { thought_signature: signature } } };
}

/** The signature in a client's tool call, or null. */
export function sentSignature(call: object): string | null {
  const { google } = asObject(asObject(call).extra_content);
  return nonEmptyString(asObject(google).thought_signature);
}
