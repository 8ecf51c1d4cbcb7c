// Images, documents and sounds of a request as bytes in a format that Converse names.
import { invalidRequest } from "../../base/errors.ts";
import type { MediaFetcher } from "../media/fetcher.ts";
import { type EncodedMedia, RequestMedia } from "../media/request-media.ts";
import type { AudioBlock, DocumentBlock, ImageBlock } from "./wire.ts";

/** What is left of a document's name, in characters. */
const MAX_NAME_CHARS = 100;

const IMAGE_FORMATS: Readonly<Record<string, string>> = {
  "image/jpeg": "jpeg",
  "image/jpg": "jpeg",
  "image/png": "png",
  "image/gif": "gif",
  "image/webp": "webp",
};

const DOCUMENT_FORMATS: Readonly<Record<string, string>> = {
  "application/pdf": "pdf",
  "text/csv": "csv",
  "application/msword": "doc",
  "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
  "application/vnd.ms-excel": "xls",
  "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
  "text/html": "html",
  "text/plain": "txt",
  "text/markdown": "md",
  "application/json": "txt",
};

const AUDIO_FORMATS: ReadonlySet<string> = new Set(
  "aac flac m4a mp3 ogg opus pcm wav webm".split(" "),
);

const DATA_URL = /^data:([^;,]*)((?:;[^;,]*)*),/i;

const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;

/** Reads the media of one request, and keeps documents' names apart. */
export class MediaReader {
  readonly #fetched: RequestMedia;
  readonly #names = new Set<string>();

  constructor(fetchMedia: MediaFetcher | null, signal: AbortSignal) {
    this.#fetched = new RequestMedia(fetchMedia, signal);
  }

  /** @throws ApiError 400 for a URL or format that cannot be sent */
  async image(url: string, param: string): Promise<ImageBlock> {
    return imageBlock(await this.#read(url, param), param);
  }

  /**
   * A file: a document, or an image when its type says so.
   * @throws ApiError 400 for data or a format that cannot be sent
   */
  async file(
    data: string,
    filename: string | null,
    param: string,
  ): Promise<DocumentBlock | ImageBlock> {
    const media = await this.#read(data, param);
    if (media.mimeType.startsWith("image/")) {
      return imageBlock(media, param);
    }
    const format = DOCUMENT_FORMATS[media.mimeType];
    if (format === undefined) {
      throw invalidRequest(`The provider does not take files of type ${named(media)}.`, param);
    }
    const name = this.#documentName(filename);
    return { document: { format, name, source: { bytes: media.base64 } } };
  }

  async #read(url: string, param: string): Promise<EncodedMedia> {
    if (/^data:/i.test(url)) {
      return fromDataUrl(url, param);
    }
    if (!/^https?:\/\//i.test(url)) {
      throw invalidRequest("Expected a data: URL with base64, or an http(s) URL.", param);
    }
    return this.#fetched.get(url, param);
  }

  /** Names must be of a small set of characters, and different within a conversation. */
  #documentName(filename: string | null): string {
    const stem = (filename ?? "").replace(/\.[^.]*$/, "");
    const clean = stem
      .replace(/[^A-Za-z0-9()[\]-]+/g, " ")
      .trim()
      .slice(0, MAX_NAME_CHARS)
      .trim();
    const base = clean === "" ? "document" : clean;
    let name = base;
    for (let count = 2; this.#names.has(name); count++) {
      name = `${base} ${count}`;
    }
    this.#names.add(name);
    return name;
  }
}

/** @throws ApiError 400 for a format that Converse does not name */
export function audioBlock(data: string, format: string, param: string): AudioBlock {
  if (!AUDIO_FORMATS.has(format)) {
    throw invalidRequest(`The provider does not take sound as ${format.slice(0, 40)}.`, param);
  }
  if (!BASE64.test(data)) {
    throw invalidRequest("Expected base64.", param);
  }
  return { audio: { format, source: { bytes: data } } };
}

function imageBlock(media: EncodedMedia, param: string): ImageBlock {
  const format = IMAGE_FORMATS[media.mimeType];
  if (format === undefined) {
    throw invalidRequest(`The provider does not take images of type ${named(media)}.`, param);
  }
  return { image: { format, source: { bytes: media.base64 } } };
}

function fromDataUrl(url: string, param: string): EncodedMedia {
  const match = DATA_URL.exec(url);
  const base64 = match === null ? "" : url.slice(match[0].length);
  // The text form of data URLs is not for bytes; Converse wants base64 anyway.
  if (match === null || !/;base64$/i.test(match[2] ?? "") || !BASE64.test(base64)) {
    throw invalidRequest("The data: URL is not base64.", param);
  }
  return { mimeType: bare(match[1] ?? ""), base64 };
}

/** Without parameters as `charset`, in lower case. */
function bare(mimeType: string): string {
  return (mimeType.split(";")[0] ?? "").trim().toLowerCase();
}

function named({ mimeType }: EncodedMedia): string {
  return mimeType === "" ? "unknown" : mimeType.slice(0, 80);
}
