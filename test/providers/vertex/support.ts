// What the tests of Vertex share: a key pair, a clock, and a stand-in for Google's sign-in.

import {
  fetchUpstream,
  type UpstreamRequest,
} from "../../../src/providers/transport/fetch-upstream.ts";
import type { ServiceAccount } from "../../../src/providers/vertex/credentials.ts";
import {
  type Clock,
  createGoogleTokens,
  type GoogleTokens,
  type GoogleTokensOptions,
} from "../../../src/providers/vertex/tokens.ts";

export const never = new AbortController().signal;

const ALGORITHM = {
  name: "RSASSA-PKCS1-v1_5",
  hash: "SHA-256",
  modulusLength: 2_048,
  publicExponent: Uint8Array.of(1, 0, 1),
} as const;

export const keys = await crypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]);

const der = Buffer.from(await crypto.subtle.exportKey("pkcs8", keys.privateKey));

const PEM = `-----BEGIN PRIVATE KEY-----\n${der
  .toString("base64")
  .replace(/.{64}/g, "$&\n")}\n-----END PRIVATE KEY-----\n`;

export const ACCOUNT: ServiceAccount = {
  type: "service_account",
  client_email: "gateway@project.iam.gserviceaccount.com",
  private_key: PEM,
  private_key_id: "key-1",
  token_uri: "https://oauth2.googleapis.com/token",
};

/** A clock that stands until it is moved. */
class FakeClock implements Clock {
  nowMs = 1_800_000_000_500;
  wallMs = (): number => this.nowMs;
  monotonicMs = (): number => this.nowMs - 1_000_000;
}

export interface FakeGoogle {
  tokens: GoogleTokens;
  /** As the transport was told to send them. */
  requests: UpstreamRequest[];
  /** What is answered next; the default is a new token with each exchange. */
  answer: (() => Response | Promise<Response>) | null;
  clock: FakeClock;
}

/** Tokens whose exchanges go to a server of the test's, over the real transport. */
export async function fakeGoogle(
  credentials: GoogleTokensOptions["credentials"] = ACCOUNT,
): Promise<FakeGoogle & AsyncDisposable> {
  const clock = new FakeClock();
  const requests: UpstreamRequest[] = [];
  const fake: FakeGoogle = { tokens: { token: async () => "" }, requests, answer: null, clock };
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch: () => fake.answer?.() ?? issued(`token-${requests.length}`),
  });
  fake.tokens = createGoogleTokens({
    credentials,
    proxyUrl: null,
    clock,
    send: (request, guard) => {
      requests.push(request);
      return fetchUpstream({ ...request, url: server.url.href }, guard);
    },
  });
  return Object.assign(fake, { [Symbol.asyncDispose]: () => server.stop(true) });
}

export function issued(token: string, expiresIn: unknown = 3_600): Response {
  return Response.json({ access_token: token, expires_in: expiresIn, token_type: "Bearer" });
}
