// What the Bedrock adapter is told at start: region, credentials, limits.
import type { MediaFetcher } from "../media/fetcher.ts";
import type { CallTransport } from "../shared/http-dialect.ts";

/** A long-lived or temporary access key of AWS; the token belongs to temporary ones. */
export interface AwsAccessKey {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken: string | null;
}

/** Bedrock's own API key (`AWS_BEARER_TOKEN_BEDROCK`), which is sent as it is. */
export interface AwsBearerToken {
  bearerToken: string;
}

export type AwsCredentials = AwsAccessKey | AwsBearerToken;

export interface BedrockAdapterOptions extends CallTransport {
  /** As `eu-central-1`. */
  region: string;
  credentials: AwsCredentials;
  /** In place of AWS's address for the region: a VPC endpoint, a gateway in between. */
  baseUrl: string | null;
  /** Sent with every call beside the signed ones, which they cannot replace. */
  headers: Readonly<Record<string, string>>;
  /** Null refuses requests that name media by an http(s) URL. */
  fetchMedia: MediaFetcher | null;
  /** The configuration's `passFields`: these go into `additionalModelRequestFields`. */
  passFields: boolean | readonly string[] | undefined;
}
