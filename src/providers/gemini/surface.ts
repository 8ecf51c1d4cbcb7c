// The two places that serve Gemini, and where the same format means something else at each.

/** How one API that serves Gemini departs from the other. */
export interface GeminiSurface {
  /** Whether calls and responses of functions may carry ids. Vertex AI refuses the field. */
  functionCallIds: boolean;
  /** Whether Gemini 2.5 takes presence and frequency penalties. */
  penaltiesOn25: boolean;
  /** Whether `serviceTier` is a field of the body; Vertex AI has a header for it. */
  serviceTier: boolean;
  /** Whether the API reads this URL itself (`fileData.fileUri`); any other has to be inlined. */
  acceptsFileUri(url: string): boolean;
}

/** Files of the Files API, by the addresses it gives out. */
const FILES_API = /^https:\/\/generativelanguage\.googleapis\.com\/v1beta\/files\/[\w-]+$/;

/** Public videos, which the API watches itself. */
const YOUTUBE = new RegExp(
  "^https://(?:(?:www\\.)?youtube\\.com/watch\\?v=[\\w-]+(?:&[\\w=&.-]*)?" +
    "|youtu\\.be/[\\w-]+(?:\\?[\\w=&.-]*)?)$",
);

/** The Gemini Developer API (generativelanguage.googleapis.com). */
export const DEVELOPER_API: GeminiSurface = {
  functionCallIds: true,
  penaltiesOn25: false,
  serviceTier: true,
  acceptsFileUri: (url) => FILES_API.test(url) || YOUTUBE.test(url),
};

/** Gemini on Vertex AI, which reads Cloud Storage and YouTube by itself. */
export const VERTEX_AI: GeminiSurface = {
  functionCallIds: false,
  penaltiesOn25: true,
  serviceTier: false,
  acceptsFileUri: (url) => url.startsWith("gs://") || YOUTUBE.test(url),
};
