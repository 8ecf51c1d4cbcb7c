// Asks Bedrock whether it takes the credentials, without asking a model anything.
import { ApiError } from "../../base/errors.ts";
import type { ProbeResult } from "../protocol.ts";
import { fetchUpstream } from "../transport/fetch-upstream.ts";
import { UpstreamGuard } from "../transport/guard.ts";
import { readErrorBody } from "../transport/read-body.ts";
import { operationUrl } from "./endpoint.ts";
import { ERRORS } from "./errors.ts";
import { callHeaders, type HeaderOptions } from "./headers.ts";

/** A probe is made while an operator waits, in milliseconds. */
const PROBE_MS = 5_000;

/** No model has this id. */
const NO_MODEL = "aacflow.probe";

const BODY = JSON.stringify({ messages: [{ role: "user", content: [{ text: "." }] }] });

/**
 * Calls a model that does not exist: AWS looks at the credentials first, so that an answer about
 * the model means that they are good. The list of models would need a further permission and
 * another host. Every failure is a result; only the signal's abort throws, with its reason.
 */
export async function probeRuntime(
  options: HeaderOptions & { proxyUrl: string | null },
  baseUrl: string,
  signal: AbortSignal,
): Promise<ProbeResult> {
  const guard = new UpstreamGuard(signal, PROBE_MS);
  try {
    const url = operationUrl(baseUrl, NO_MODEL, "converse");
    const response = await fetchUpstream(
      {
        method: "POST",
        url,
        headers: await callHeaders(options, { url, accept: "application/json", body: BODY }),
        body: BODY,
        proxyUrl: options.proxyUrl,
        firstByteMs: PROBE_MS,
      },
      guard,
    );
    const text = await readErrorBody(response, guard, signal);
    return judge(response, text);
  } catch (error) {
    signal.throwIfAborted();
    return { ok: false, detail: error instanceof ApiError ? error.message : "the probe failed" };
  } finally {
    guard.close();
  }
}

function judge(response: Response, text: string): ProbeResult {
  if (response.ok) {
    return { ok: true, detail: "answers" };
  }
  const error = ERRORS.fromResponse(response.status, response.headers, text);
  // What is wrong with the model or the request was found after the credentials were taken.
  if (error.status === 400 || error.status === 404 || error.status === 429) {
    return { ok: true, detail: "answers and takes the credentials" };
  }
  const said = error.cause instanceof Error ? error.cause.message : error.message;
  return { ok: false, detail: `HTTP ${response.status}: ${said}` };
}
