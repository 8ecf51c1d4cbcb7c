// Access tokens for Google's cloud: kept until shortly before they end, renewed once for all.
import { fetchUpstream } from "../transport/fetch-upstream.ts";
import { unlessAborted } from "../transport/unless-aborted.ts";
import type { GoogleCredentials } from "./credentials.ts";
import { exchange } from "./exchange.ts";

/**
 * A token is renewed this long before it ends, in milliseconds: a call that starts with it must
 * still be let in. The metadata server itself gives the same token until four minutes before.
 */
export const RENEW_BEFORE_MS = 225_000;

export interface GoogleTokensOptions {
  credentials: GoogleCredentials;
  /** Null connects directly. */
  proxyUrl: string | null;
  /** Both in milliseconds; left out, the real ones. */
  clock?: Clock;
  /** Left out, the transport's own; tests send elsewhere. */
  send?: typeof fetchUpstream;
}

export interface Clock {
  /** Dates what is signed. */
  wallMs(): number;
  /** Measures lifetimes, which a step of the wall clock must not change. */
  monotonicMs(): number;
}

export interface GoogleTokens {
  /**
   * A token that is good for a call now.
   * @throws ApiError 502 when the sign-in fails, which is not remembered; the signal's reason on
   * its abort, which the others who wait for the same token do not notice
   */
  token(signal: AbortSignal): Promise<string>;
}

interface HeldToken {
  accessToken: string;
  renewAtMs: number;
  endsAtMs: number;
}

const REAL_CLOCK: Clock = { wallMs: () => Date.now(), monotonicMs: () => performance.now() };

/** Makes the source of tokens for one set of credentials; all adapters of it share one. */
export function createGoogleTokens(options: GoogleTokensOptions): GoogleTokens {
  const { credentials, proxyUrl, clock = REAL_CLOCK, send = fetchUpstream } = options;
  if (credentials.type === "token") {
    return { token: async () => credentials.accessToken };
  }
  let held: HeldToken | null = null;
  let renewal: Promise<string> | null = null;

  const renew = async (): Promise<string> => {
    // Read before the exchange: the token's life begins somewhere within it.
    const askedMs = clock.monotonicMs();
    try {
      const { wallMs } = clock;
      const { accessToken, lifetimeMs } = await exchange(credentials, { proxyUrl, send, wallMs });
      // Half the life at most, so that a short-lived token is not renewed with every call.
      const marginMs = Math.min(RENEW_BEFORE_MS, lifetimeMs / 2);
      const endsAtMs = askedMs + lifetimeMs;
      held = { accessToken, endsAtMs, renewAtMs: endsAtMs - marginMs };
      return accessToken;
    } catch (error) {
      // A renewal that fails leaves the old token in use while it lasts.
      if (held !== null && clock.monotonicMs() < held.endsAtMs) return held.accessToken;
      throw error;
    }
  };

  return {
    async token(signal) {
      signal.throwIfAborted();
      if (held !== null && clock.monotonicMs() < held.renewAtMs) return held.accessToken;
      renewal ??= renew().finally(() => {
        renewal = null;
      });
      return unlessAborted(renewal, signal);
    },
  };
}
