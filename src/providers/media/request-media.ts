// The media that one request names by URLs: each fetched once, all within one bound.
import { ApiError, invalidRequest } from "../../base/errors.ts";
import { plainMediaType } from "../shared/media-source.ts";
import type { MediaFetcher } from "./fetcher.ts";
import { fetchingIsOff } from "./refusal.ts";

/** URLs that are fetched for one request: what Bedrock takes, and the others take no fewer. */
export const MAX_FETCHED_MEDIA = 20;

/** All fetched media of one request, in bytes: what Gemini takes within one request. */
export const MAX_FETCHED_BYTES = 100 * 1_048_576;

export interface EncodedMedia {
  /** In lower case, without parameters. */
  mimeType: string;
  base64: string;
}

/** Fetches for one request, and stops with its signal. */
export class RequestMedia {
  readonly #fetchMedia: MediaFetcher | null;
  readonly #client: AbortSignal;
  /** One that cannot be had refuses the request: the others are not fetched in vain. */
  readonly #refused = new AbortController();
  readonly #byUrl = new Map<string, Promise<EncodedMedia>>();
  #bytes = 0;

  /** @param fetchMedia null refuses every URL */
  constructor(fetchMedia: MediaFetcher | null, signal: AbortSignal) {
    this.#fetchMedia = fetchMedia;
    this.#client = signal;
  }

  /**
   * @param param the field that holds the URL
   * @throws ApiError 400 that names the field; the signal's reason on its abort
   */
  get(url: string, param: string): Promise<EncodedMedia> {
    const known = this.#byUrl.get(url);
    if (known !== undefined) return known;
    const media = this.#fetch(url, param);
    this.#byUrl.set(url, media);
    return media;
  }

  async #fetch(url: string, param: string): Promise<EncodedMedia> {
    try {
      if (this.#fetchMedia === null) throw fetchingIsOff(param);
      if (this.#byUrl.size >= MAX_FETCHED_MEDIA) {
        throw invalidRequest(`At most ${MAX_FETCHED_MEDIA} images or files can be URLs.`, param);
      }
      const signal = AbortSignal.any([this.#client, this.#refused.signal]);
      const { mimeType, bytes } = await this.#fetchMedia(url, signal);
      this.#bytes += bytes.byteLength;
      if (this.#bytes > MAX_FETCHED_BYTES) {
        throw invalidRequest("The media of the request are too large together.", param);
      }
      const base64 = Buffer.from(bytes).toString("base64");
      return { mimeType: plainMediaType(mimeType), base64 };
    } catch (error) {
      this.#client.throwIfAborted();
      this.#refused.signal.throwIfAborted();
      const refusal = refusalOf(error, param);
      this.#refused.abort(refusal);
      throw refusal;
    }
  }
}

/** The fetcher does not know the field. */
function refusalOf(error: unknown, param: string): ApiError {
  if (!(error instanceof ApiError)) return invalidRequest("The URL could not be fetched.", param);
  return error.status === 400 ? invalidRequest(error.message, param, error.code) : error;
}
