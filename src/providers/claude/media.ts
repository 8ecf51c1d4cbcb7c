// The images and files of a request's parts, as every platform reads them before it writes its own blocks.
import { unsupported } from "../../base/errors.ts";
import { asObject, type JsonObject, nonEmptyString } from "../shared/json.ts";
import { fileData, type MediaSource, readMediaSource } from "../shared/media-source.ts";

/** The formats of images that are read. */
const IMAGE_TYPES = ["image/jpeg", "image/png", "image/gif", "image/webp"] as const;

export type ImageType = (typeof IMAGE_TYPES)[number];

export type MediaBytes = Extract<MediaSource, { kind: "bytes" }>;

export interface PartMedia {
  source: MediaSource;
  isImage: boolean;
  /** Of a file that has one. */
  filename: string | null;
  /** The field that holds it. */
  param: string;
}

/**
 * The image or file of a part; null for a part of another type.
 * @param place of the part in the request, as `messages[0].content[1]`
 * @throws ApiError 400 for what cannot be read, with its place in `param`
 */
export function readPart(part: JsonObject, place: string): PartMedia | null {
  if (part.type === "image_url") {
    const param = `${place}.image_url.url`;
    const source = readMediaSource(asObject(part.image_url).url, param);
    return { source, isImage: true, filename: null, param };
  }
  if (part.type !== "file") {
    return null;
  }
  const file = asObject(part.file);
  const param = `${place}.file.file_data`;
  const source = readMediaSource(fileData(file, `${place}.file`), param);
  const isImage = source.kind === "bytes" && source.mediaType.startsWith("image/");
  return { source, isImage, filename: nonEmptyString(file.filename), param };
}

/** @throws ApiError 400 for an image in another format */
export function imageType({ mediaType }: MediaBytes, param: string): ImageType {
  const known = IMAGE_TYPES.find((type) => type === mediaType);
  if (known === undefined) {
    throw unsupported("This model takes JPEG, PNG, GIF and WebP images.", param);
  }
  return known;
}
