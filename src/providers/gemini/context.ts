// What the mapping of a request depends on beside the request itself.
import type { SignatureCache } from "./signatures.ts";
import type { GeminiSurface } from "./surface.ts";
import type { ModelTraits } from "./traits.ts";

/** Plain data, so that the mapping is a function of it. */
export interface RequestContext {
  surface: GeminiSurface;
  /** What is remembered of earlier answers' tool calls. */
  signatures: Pick<SignatureCache, "find">;
}

export interface MessagesContext extends RequestContext {
  traits: ModelTraits;
}
