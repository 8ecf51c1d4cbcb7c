// What kind of image some bytes are, by their first ones.

/** As many first bytes as the longest signature needs. */
export const SNIFF_BYTES = 16;

const SIGNATURES: readonly (readonly [mimeType: string, pattern: RegExp])[] = [
  ["image/png", /^\x89PNG\r\n.\n/s],
  ["image/jpeg", /^\xff\xd8\xff/],
  ["image/gif", /^GIF8[79]a/],
  ["image/webp", /^RIFF.{4}WEBP/s],
  ["image/heic", /^.{4}ftyp(?:heic|heix|hevc|hevx)/s],
  ["image/heif", /^.{4}ftyp(?:mif1|msf1)/s],
];

/**
 * The media type of an image that some model takes, or null for anything else: SVG, which is a
 * document with scripts and links, is left out on purpose.
 */
export function sniffImage(bytes: Uint8Array): string | null {
  const head = Buffer.from(bytes.subarray(0, SNIFF_BYTES)).toString("latin1");
  return SIGNATURES.find(([, pattern]) => pattern.test(head))?.[0] ?? null;
}
