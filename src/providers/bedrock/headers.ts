// The headers of a call to Bedrock: signed with AWS Signature Version 4, or with a bearer token.
import { AwsV4Signer } from "aws4fetch";
import { buildHeaders, HEADER_VALUE } from "../shared/endpoint.ts";
import type { RequestBody } from "../shared/request-body.ts";

/** The service's name in a signature's scope; the runtime signs under the same as the rest. */
const SERVICE = "bedrock";

export type AwsCredentials =
  /** A long-lived or temporary access key of AWS; the token belongs to temporary ones. */
  | { accessKeyId: string; secretAccessKey: string; sessionToken: string | null }
  /** Bedrock's own API key (`AWS_BEARER_TOKEN_BEDROCK`), which is sent as it is. */
  | { bearerToken: string };

export interface HeaderOptions {
  /** As `eu-central-1`. */
  region: string;
  credentials: AwsCredentials;
  /** Sent with every call beside the signed ones, which they cannot replace. */
  headers: Readonly<Record<string, string>>;
}

interface SignedRequest {
  url: string;
  accept: string;
  /** Exactly what is sent: its hash is part of the signature. */
  body: RequestBody;
}

/**
 * The complete headers of one POST, names in lower case. Only `host`, the date and the session
 * token are signed beside the body, so that what a proxy does to other headers cannot break a
 * signature. The configured headers cannot replace those that carry the credentials.
 * @param datetime the signature's time as `20260102T030405Z`; null takes the clock's
 */
export async function callHeaders(
  { region, credentials, headers }: HeaderOptions,
  { url, accept, body }: SignedRequest,
  datetime: string | null = null,
): Promise<Record<string, string>> {
  const plain = buildHeaders({ headers }, accept);
  if ("bearerToken" in credentials) {
    return { ...plain, authorization: `Bearer ${credentials.bearerToken}` };
  }
  const { sessionToken, ...accessKey } = credentials;
  const signer = new AwsV4Signer({
    method: "POST",
    url,
    body,
    region,
    service: SERVICE,
    ...accessKey,
    ...(sessionToken !== null && { sessionToken }),
    ...(datetime !== null && { datetime }),
  });
  const signed = await signer.sign();
  return { ...plain, ...Object.fromEntries(signed.headers) };
}

/**
 * Fails at start rather than in the first request.
 * @throws Error when a header or a credential cannot be sent; the message holds names only
 */
export function assertSendable(options: HeaderOptions): void {
  for (const [name, value] of Object.entries<string | null>({ ...options.credentials })) {
    if (value !== null && (value === "" || !HEADER_VALUE.test(value))) {
      throw new Error(`the credential "${name}" is empty or has characters that cannot be sent`);
    }
  }
  buildHeaders({ headers: options.headers }, "application/json");
}
