// Amazon Bedrock's Converse API as an HTTP dialect: signed calls, AWS's binary events.
import type { MediaFetcher } from "../media/fetcher.ts";
import type { ProviderAdapter } from "../protocol.ts";
import { parsedUrl } from "../shared/endpoint.ts";
import { createHttpAdapter } from "../shared/http-adapter.ts";
import type { CallTransport } from "../shared/http-dialect.ts";
import { inlineMedia } from "../shared/inline-media.ts";
import { writeBody } from "../shared/request-body.ts";
import { operationUrl, runtimeBaseUrl } from "./endpoint.ts";
import { ERRORS } from "./errors.ts";
import { AWS_EVENTS } from "./event-frames.ts";
import { assertSendable, callHeaders, type HeaderOptions } from "./headers.ts";
import { runtimeProbe } from "./probe.ts";
import { buildRequest } from "./request.ts";
import { parseConverse } from "./response.ts";
import { ChunkReader } from "./stream.ts";

export interface BedrockAdapterOptions extends CallTransport, HeaderOptions {
  /** In place of AWS's address for the region: a VPC endpoint, a gateway in between. */
  baseUrl: string | null;
  /** Null refuses requests that name media by an http(s) URL. */
  fetchMedia: MediaFetcher | null;
  /** The configuration's `passFields`: these go into `additionalModelRequestFields`. */
  passFields: boolean | readonly string[] | undefined;
}

/**
 * Makes the adapter of one region of Bedrock.
 * @throws Error when the region, an address, a header or a credential is malformed, no value shown
 */
export function createBedrockAdapter(options: BedrockAdapterOptions): ProviderAdapter {
  assertSendable(options);
  const regional = runtimeBaseUrl(options.region);
  const baseUrl = options.baseUrl ?? regional;
  parsedUrl(baseUrl);
  const { fetchMedia, passFields } = options;
  return createHttpAdapter(
    {
      framing: AWS_EVENTS,
      errors: ERRORS,
      async exchange(call, stream, signal) {
        const built = buildRequest(await inlineMedia(call, fetchMedia, signal), { passFields });
        const body = await writeBody(built.body);
        const { upstreamModel } = call;
        const url = operationUrl(baseUrl, upstreamModel, stream ? "converse-stream" : "converse");
        const accept = stream ? AWS_EVENTS.accept : "application/json";
        return {
          url,
          headers: await callHeaders(options, { url, accept, body }),
          body,
          ignored: built.ignored,
          parse: (text) => parseConverse(text, upstreamModel, built.answerTool),
          open: () => new ChunkReader(upstreamModel, built.answerTool),
        };
      },
      probe: () => runtimeProbe(options, baseUrl),
    },
    options,
  );
}
