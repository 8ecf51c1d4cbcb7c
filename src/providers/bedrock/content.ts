// Images, documents and sounds as Converse's blocks.
import { byName } from "../../base/by-name.ts";
import { unsupported } from "../../base/errors.ts";
import type { MediaBlock } from "../claude/blocks.ts";
import { imageType, type MediaBytes, readPart } from "../claude/media.ts";
import { asObject, type JsonObject } from "../shared/json.ts";
import { cleanBase64, isTextType } from "../shared/media-source.ts";
import type { MediaBlock as ConverseBlock } from "./wire.ts";

/** One part in Converse's form. */
export interface ConverseMedia extends MediaBlock {
  type: "media";
  block: ConverseBlock;
}

/** What is left of a document's name, in characters. */
const MAX_NAME_CHARS = 100;

const DOCUMENT_FORMATS = byName<string>({
  "application/pdf": "pdf",
  "application/msword": "doc",
  "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
  "application/vnd.ms-excel": "xls",
  "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
  "text/csv": "csv",
  "application/csv": "csv",
  "text/html": "html",
  "text/markdown": "md",
});

/** Types that say nothing: the file's name has to. */
const UNKNOWN_TYPES = new Set(["", "application/octet-stream", "binary/octet-stream"]);

const NAMED_FORMATS = new Set("pdf doc docx xls xlsx csv html txt md".split(" "));

const AUDIO_FORMATS: ReadonlySet<string> = new Set(
  "aac flac m4a mp3 ogg opus pcm wav webm".split(" "),
);

/** Reads the media of one request, and keeps the names of its documents apart. */
export class MediaReader {
  readonly #names = new Set<string>();

  /**
   * The block of a part; null for a type that Converse does not take.
   * @param place of the part in the request, as `messages[0].content[1]`
   * @throws ApiError 400 for what cannot be sent, with its place in `param`
   */
  read(part: JsonObject, place: string): ConverseMedia | null {
    if (part.type === "input_audio") {
      return media(audioBlock(asObject(part.input_audio), `${place}.input_audio`));
    }
    const given = readPart(part, place);
    if (given === null) {
      return null;
    }
    const { source, isImage, filename, param } = given;
    if (source.kind === "url") {
      throw unsupported("This model takes media as data: URLs only; send the bytes.", param);
    }
    if (isImage) {
      const format = imageType(source, param).slice("image/".length);
      return media({ image: { format, source: { bytes: source.base64 } } });
    }
    const name = filename ?? "";
    const format = documentFormat(source, name, param);
    return media({
      document: { format, name: this.#name(name), source: { bytes: source.base64 } },
    });
  }

  /** Names must be of a small set of characters, and different within a conversation. */
  #name(filename: string): string {
    const clean = filename
      .replace(/\.[^.]*$/, "")
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

const media = (block: ConverseBlock): ConverseMedia => ({ type: "media", block });

function documentFormat({ mediaType }: MediaBytes, filename: string, param: string): string {
  const known = DOCUMENT_FORMATS[mediaType];
  if (known !== undefined || isTextType(mediaType)) {
    return known ?? "txt";
  }
  const extension = /\.(\w+)$/.exec(filename)?.[1]?.toLowerCase() ?? "";
  if (!UNKNOWN_TYPES.has(mediaType) || !NAMED_FORMATS.has(extension)) {
    const type = mediaType.slice(0, 80);
    throw unsupported(`This model does not take files of type '${type}'.`, param);
  }
  return extension;
}

function audioBlock({ data, format }: JsonObject, param: string): ConverseBlock {
  const name = String(format).toLowerCase();
  if (!AUDIO_FORMATS.has(name)) {
    throw unsupported(`This model does not take sound as ${name.slice(0, 40)}.`, param);
  }
  const bytes = typeof data === "string" ? cleanBase64(data) : null;
  if (bytes === null) {
    throw unsupported("Expected base64.", param);
  }
  return { audio: { format: name, source: { bytes } } };
}
