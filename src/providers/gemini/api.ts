// The two places that serve Gemini, and where the same format means something else at each.

/** How one API that serves Gemini departs from the other. */
export interface GeminiApi {
  /** Whether calls and responses of functions may carry ids. Vertex AI refuses the field. */
  functionCallIds: boolean;
  /** Whether Gemini 2.5 takes presence and frequency penalties. */
  penaltiesOn25: boolean;
  /** Whether `serviceTier` is a field of the body; Vertex AI has a header for it. */
  serviceTier: boolean;
}

/** The Gemini Developer API (generativelanguage.googleapis.com). */
export const DEVELOPER_API: GeminiApi = {
  functionCallIds: true,
  penaltiesOn25: false,
  serviceTier: true,
};

/** Gemini on Vertex AI. */
export const VERTEX_AI: GeminiApi = {
  functionCallIds: false,
  penaltiesOn25: true,
  serviceTier: false,
};
