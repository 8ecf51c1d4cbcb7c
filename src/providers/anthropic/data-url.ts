// Reads `data:` URLs, in which clients send images and files.

export interface DataUrl {
  /** In lower case, without parameters; `text/plain` where none is given, as the standard says. */
  mediaType: string;
  /** What follows the comma, as it stands. */
  payload: string;
  isBase64: boolean;
}

/** The longest header that is looked at: a media type with its parameters is far shorter. */
const MAX_HEADER_CHARS = 500;

/** The URL's parts, or null when it is no `data:` URL. The payload is not checked. */
export function parseDataUrl(url: string): DataUrl | null {
  if (!/^data:/i.test(url.slice(0, 5))) {
    return null;
  }
  const comma = url.slice(0, MAX_HEADER_CHARS).indexOf(",");
  if (comma < 0) {
    return null;
  }
  const [mediaType = "", ...parameters] = url.slice(5, comma).toLowerCase().split(";");
  return {
    mediaType: mediaType.trim() || "text/plain",
    payload: url.slice(comma + 1),
    isBase64: parameters.some((parameter) => parameter.trim() === "base64"),
  };
}

/** The payload as UTF-8 text; null when its escapes are broken. */
export function dataUrlText({ payload, isBase64 }: DataUrl): string | null {
  if (isBase64) {
    return Buffer.from(payload, "base64").toString("utf8");
  }
  try {
    return decodeURIComponent(payload);
  } catch {
    return null;
  }
}
