// What the mapping of a request depends on beside the request itself.
import type { FetchedMedia } from "./media.ts";
import type { ModelTraits } from "./model-matrix.ts";
import type { SignatureCache } from "./signatures.ts";
import type { GeminiSurface } from "./surface.ts";

/** Plain data, so that the mapping is a function of it. */
export interface ContentsContext {
  traits: ModelTraits;
  surface: GeminiSurface;
  /** The content of the URLs that were fetched for this request. */
  media: FetchedMedia;
  /** What is remembered of earlier answers' tool calls. */
  signatures: Pick<SignatureCache, "find">;
}
