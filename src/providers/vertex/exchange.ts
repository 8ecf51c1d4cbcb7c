// One exchange of Google credentials for an access token.
import { z } from "zod";
import { ApiError, upstreamError } from "../../base/errors.ts";
import { asObject, nonEmptyString, parseJson } from "../shared/json.ts";
import { redact } from "../shared/redact.ts";
import type { fetchUpstream, UpstreamRequest } from "../transport/fetch-upstream.ts";
import { UpstreamGuard } from "../transport/guard.ts";
import { readBody, readErrorBody } from "../transport/read-body.ts";
import { signAssertion } from "./assertion.ts";
import { type GoogleCredentials, TOKEN_URL } from "./credentials.ts";

/** Calls wait for this, so that it must fail soon, in milliseconds. */
const EXCHANGE_MS = 10_000;

/** An answer holds one token, of two kilobytes at most. */
const ANSWER_BYTES = 65_536;

/** A lifetime beyond this is a fault, in seconds. */
const MAX_LIFETIME_SECONDS = 43_200;

/** Plain HTTP by design: it never leaves the machine's host. */
const METADATA_URL =
  "http://metadata.google.internal/computeMetadata/v1/instance/service-accounts/default/token";

const JWT_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer";

export interface ExchangeOptions {
  proxyUrl: string | null;
  send: typeof fetchUpstream;
  /** The wall clock, in milliseconds: the statement of a service account is dated. */
  wallMs: () => number;
}

export interface IssuedToken {
  accessToken: string;
  /** From now on, in milliseconds. */
  lifetimeMs: number;
}

/**
 * Asks for a token. Not the caller's to cancel, as several calls wait for the same one.
 * @throws ApiError 502 that says no more than that the gateway could not sign in; what Google said
 * is in its cause
 */
export async function exchange(
  credentials: Exclude<GoogleCredentials, { type: "token" }>,
  options: ExchangeOptions,
): Promise<IssuedToken> {
  const signal = new AbortController().signal;
  const guard = new UpstreamGuard(signal, EXCHANGE_MS);
  try {
    const request = tokenRequest(credentials, options);
    const response = await options.send(request, guard);
    if (!response.ok) {
      throw refused(response.status, await readErrorBody(response, guard, signal));
    }
    const limits = { maxBytes: ANSWER_BYTES, betweenChunksMs: EXCHANGE_MS };
    return readToken(await readBody(response, guard, limits));
  } catch (error) {
    throw masked(error);
  } finally {
    guard.close();
  }
}

function tokenRequest(
  credentials: Exclude<GoogleCredentials, { type: "token" }>,
  { proxyUrl, wallMs }: ExchangeOptions,
): UpstreamRequest {
  if (credentials.type === "metadata") {
    const headers = { accept: "application/json", "metadata-flavor": "Google" };
    // No proxy can reach the host's own address.
    const direct = { proxyUrl: null, firstByteMs: EXCHANGE_MS };
    return { method: "GET", url: METADATA_URL, headers, body: null, ...direct };
  }
  const isAccount = credentials.type === "service_account";
  const form = isAccount
    ? { grant_type: JWT_GRANT, assertion: signAssertion(credentials, wallMs()) }
    : {
        grant_type: "refresh_token",
        client_id: credentials.client_id,
        client_secret: credentials.client_secret,
        refresh_token: credentials.refresh_token,
      };
  return {
    method: "POST",
    url: isAccount ? credentials.token_uri : TOKEN_URL,
    headers: {
      accept: "application/json",
      "content-type": "application/x-www-form-urlencoded",
      "user-agent": "aacflow",
    },
    body: new URLSearchParams(form).toString(),
    proxyUrl,
    firstByteMs: EXCHANGE_MS,
  };
}

const TOKEN_ANSWER = z.object({
  // It goes into a header: anything but its characters would break out of it.
  access_token: z.string().regex(/^[\x21-\x7e]+$/),
  expires_in: z.number().positive().max(MAX_LIFETIME_SECONDS),
});

function readToken(text: string): IssuedToken {
  const { data } = TOKEN_ANSWER.safeParse(parseJson(text));
  if (data === undefined) {
    throw new Error("Google's answer to the sign-in has no usable token");
  }
  return { accessToken: data.access_token, lifetimeMs: data.expires_in * 1_000 };
}

/** Google's word on a refusal: `invalid_grant` and its kin, for the operator's log. */
function refused(status: number, text: string): Error {
  const { error, error_description: description } = asObject(parseJson(text));
  const said = [error, description].map(nonEmptyString).filter((part) => part !== null);
  const isFinal = status >= 400 && status < 500 && status !== 408 && status !== 429;
  return upstreamError("", {
    upstreamStatus: status,
    cause: new Error(redact(said.join(": ")) || `HTTP ${status}`),
    ...(isFinal && { shouldRetry: false }),
  });
}

function masked(error: unknown): ApiError {
  const known = error instanceof ApiError ? error : null;
  return upstreamError("The gateway could not sign in to the provider.", {
    cause: known?.cause ?? error,
    ...(known?.upstreamStatus !== undefined && { upstreamStatus: known.upstreamStatus }),
    ...(known?.shouldRetry !== undefined && { shouldRetry: known.shouldRetry }),
  });
}
