// Unpacks an answer that is compressed though nobody asked for it, no faster than it is read.
import { pipeline, Readable } from "node:stream";
import type { ReadableStream as NodeWebStream } from "node:stream/web";
import {
  createBrotliDecompress,
  createGunzip,
  createInflate,
  createZstdDecompress,
} from "node:zlib";

const UNPACKERS = {
  gzip: createGunzip,
  "x-gzip": createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
  zstd: createZstdDecompress,
};

/**
 * The response with its body unpacked, of a length that nobody knows; itself when it is not compressed, or in a way that is not
 * known. Bun's own unpacking turns half a megabyte into half a gigabyte before anybody has read the
 * first byte, so that no limit on the body could hold; this one waits for its reader. Cancelling
 * the new body closes the connection, as it does for the old one.
 */
export function unpacked(response: Response): Response {
  const encoding = response.headers.get("content-encoding")?.trim().toLowerCase() ?? "";
  if (!isKnown(encoding) || response.body === null) {
    return response;
  }
  // The streams are the same objects: only their types in Node's modules and in the web's differ.
  const packed = Readable.fromWeb(response.body as unknown as NodeWebStream<Uint8Array>);
  const unpacker = UNPACKERS[encoding]();
  // Whoever reads the body sees the error; the callback only keeps it from being thrown as well.
  const body = Readable.toWeb(pipeline(packed, unpacker, () => {}));
  const { status, headers } = response;
  headers.delete("content-encoding");
  headers.delete("content-length");
  return new Response(body as unknown as ReadableStream<Uint8Array>, { status, headers });
}

const isKnown = (encoding: string): encoding is keyof typeof UNPACKERS =>
  Object.hasOwn(UNPACKERS, encoding);
