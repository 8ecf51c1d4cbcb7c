// OpenAI's chat completions as an HTTP dialect, for every provider that speaks it.
import type { ProviderAdapter, UpstreamCall } from "../protocol.ts";
import { callHeaders, endpointUrls, type ProviderAccess } from "../shared/endpoint.ts";
import { COMMON_ERRORS } from "../shared/errors.ts";
import { createHttpAdapter } from "../shared/http-adapter.ts";
import type { CallTransport, Exchange, HttpDialect } from "../shared/http-dialect.ts";
import type { JsonObject } from "../shared/json.ts";
import { modelsProbe } from "../shared/probe.ts";
import { writeBody } from "../shared/request-body.ts";
import { SSE, type SseEvent } from "../transport/sse.ts";
import { answerOptions } from "./answer-options.ts";
import type { Quirks } from "./quirks.ts";
import { buildRequest, takesWishes } from "./request.ts";
import { parseCompletion } from "./response.ts";
import { ChatStream } from "./stream.ts";

/** In the base URL, `{model}` is replaced. */
export interface OpenAiAdapterOptions extends CallTransport, ProviderAccess {
  quirks: Quirks;
  /** The configuration's `passFields`. */
  passFields: boolean | readonly string[] | undefined;
}

/** What one of OpenAI's APIs makes of a call. */
interface OpenAiExchange extends Pick<Exchange<SseEvent>, "parse" | "open"> {
  body: JsonObject;
  ignored: readonly string[];
}

/** One of OpenAI's APIs, which differ in their path and in what is said there. */
export interface OpenAiApi extends Pick<HttpDialect<SseEvent>, "errors" | "takesWishes"> {
  /** As `chat/completions`. */
  path: string;
  exchange(call: UpstreamCall, stream: boolean): OpenAiExchange;
}

/**
 * Makes the adapter of one provider that speaks OpenAI's chat completions.
 * @throws Error when the base URL or a header is malformed, the key's value not shown
 */
export function createOpenAiAdapter(options: OpenAiAdapterOptions): ProviderAdapter {
  const { quirks, passFields } = options;
  return createApiAdapter(options, {
    path: "chat/completions",
    errors: COMMON_ERRORS,
    takesWishes: takesWishes({ quirks, passFields }),
    exchange(call, stream) {
      const answer = answerOptions(call, quirks);
      const { body, ignored } = buildRequest(call, { quirks, passFields, stream });
      return {
        body,
        ignored,
        parse: (text) => parseCompletion(text, answer),
        open: () => new ChatStream(answer),
      };
    },
  });
}

/** The same for any of OpenAI's APIs. */
export function createApiAdapter(options: OpenAiAdapterOptions, api: OpenAiApi): ProviderAdapter {
  const { path, exchange, ...dialect } = api;
  // Both fail here, at start, rather than in the first request.
  const headers = callHeaders(options);
  const urlOf = endpointUrls(options.baseUrl, path);
  return createHttpAdapter(
    {
      ...dialect,
      framing: SSE,
      exchange(call, stream) {
        const { body, ignored, parse, open } = exchange(call, stream);
        return {
          url: urlOf(call.upstreamModel),
          headers: headers(stream),
          body: writeBody(body),
          ignored,
          parse,
          open,
        };
      },
      probe: () => modelsProbe(options),
    },
    options,
  );
}
