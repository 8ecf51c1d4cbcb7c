// Reads an image out of a response, up to a limit, and only if it is one.
import { notFetched, refused } from "./refusal.ts";

/** As many first bytes as the longest signature needs. */
const SNIFF_BYTES = 16;

const SIGNATURES: readonly (readonly [mimeType: string, pattern: RegExp])[] = [
  ["image/png", /^\x89PNG\r\n.\n/s],
  ["image/jpeg", /^\xff\xd8\xff/],
  ["image/gif", /^GIF8[79]a/],
  ["image/webp", /^RIFF.{4}WEBP/s],
  ["image/heic", /^.{4}ftyp(?:heic|heix|hevc|hevx)/s],
  ["image/heif", /^.{4}ftyp(?:mif1|msf1)/s],
];

/**
 * The whole image. The server must call it an image, and its first bytes must be those of one: a
 * page, a file or a service's greeting is not passed on, whatever it is called.
 * @throws ApiError 400 for any other answer than an image within `maxBytes`
 */
export async function readImage(
  response: Response,
  maxBytes: number,
): Promise<{ mimeType: string; bytes: Uint8Array }> {
  try {
    // A redirect lands here too.
    if (response.status !== 200) {
      throw notFetched(new Error(`the server answered with ${response.status}`));
    }
    if (!/^\s*image\//i.test(response.headers.get("content-type") ?? "")) {
      throw refused("The URL does not lead to an image.");
    }
    if (Number(response.headers.get("content-length") ?? 0) > maxBytes) {
      throw tooLarge(maxBytes);
    }
    return await readBytes(response, maxBytes);
  } catch (error) {
    // An unread body would keep its connection.
    await response.body?.cancel().catch(() => {});
    throw error;
  }
}

async function readBytes(response: Response, maxBytes: number) {
  const chunks: Uint8Array[] = [];
  let length = 0;
  let mimeType: string | null = null;
  for await (const chunk of response.body ?? []) {
    chunks.push(chunk);
    length += chunk.byteLength;
    if (length > maxBytes) {
      throw tooLarge(maxBytes);
    }
    // As early as can be, so that nothing large is read that is no image.
    if (mimeType === null && length >= SNIFF_BYTES) {
      mimeType = mimeOf(chunks);
    }
  }
  return { mimeType: mimeType ?? mimeOf(chunks), bytes: new Uint8Array(Buffer.concat(chunks)) };
}

function mimeOf(chunks: Uint8Array[]): string {
  const mimeType = sniffImage(Buffer.concat(chunks).subarray(0, SNIFF_BYTES));
  if (mimeType === null) {
    throw refused("The URL does not lead to a PNG, JPEG, GIF, WebP or HEIC image.");
  }
  return mimeType;
}

function tooLarge(maxBytes: number) {
  return refused(`The image at this URL is larger than ${maxBytes} bytes.`);
}

/**
 * The media type of an image that some model takes, or null for anything else: SVG, which is a
 * document with scripts and links, is left out on purpose.
 */
export function sniffImage(bytes: Uint8Array): string | null {
  const head = Buffer.from(bytes.subarray(0, SNIFF_BYTES)).toString("latin1");
  return SIGNATURES.find(([, pattern]) => pattern.test(head))?.[0] ?? null;
}
