// The configuration of the listener: its address, its waits, who may call it from a browser, its log.
import { z } from "zod";
import { durationMs, MINUTE_MS, positiveInt } from "./primitives.ts";
import { UPSTREAM_CONNECTIONS } from "./upstream-connections.ts";

/** An address or a network in CIDR notation. */
const network = z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()], {
  error: "expected an address (127.0.0.1, ::1) or a network (10.0.0.0/8)",
});

/** An origin as browsers write it: scheme, host and port alone, in lower case, without the scheme's own port. */
const webOrigin = z.string().transform((text, context) => {
  if (text === "*") return text;
  const url = URL.parse(text);
  const isBare =
    url !== null && /^(?:|\/)$/.test(url.pathname) && url.search + url.hash + url.username === "";
  if (url !== null && isBare && url.host !== "" && !url.host.includes("*")) {
    // Only the web's own schemes have an `origin` there; others are those of apps and extensions.
    return url.origin === "null" ? `${url.protocol}//${url.host}` : url.origin;
  }
  context.addIssue({
    code: "custom",
    message:
      "expected an origin as https://app.example (scheme, host and port, no path, no wildcard), or *",
  });
  return z.NEVER;
});

export const server = z.strictObject({
  host: z.string().min(1).default("127.0.0.1"),
  port: z.int().min(0).max(65_535).default(4000),
  /** A comment goes to a streaming client after this much silence. */
  keepAliveMs: durationMs.max(MINUTE_MS).default(10_000),
  /**
   * A stream whose provider has said nothing for so long is answered 200 with keep-alive comments; what fails later
   * comes as an error frame. null waits for the provider however long it takes, and every failure has its status.
   */
  firstByteWithinMs: durationMs.nullable().default(15_000),
  /** A connection is closed after this much silence, also when its client does not read; at most 255 s. */
  idleTimeoutMs: durationMs.max(255_000).default(MINUTE_MS),
  /** How long running requests may go on after SIGTERM. */
  drainTimeoutMs: durationMs.default(30_000),
  /** Origins that browsers may call from, as `https://app.example`; empty is off, `*` is all. */
  corsOrigins: z.array(webOrigin).default([]),
  /** Addresses or networks of the reverse proxies in front, whose `x-forwarded-for` names the client in the log. */
  trustedProxies: z.array(network).default([]),
  /** The interactive documentation under /docs. */
  docs: z.boolean().default(true),
  logLevel: z.enum(["fatal", "error", "warn", "info", "debug"]).default("info"),
  /** Calls to providers at the same time, in the whole process. */
  upstreamConnections: positiveInt.max(65_535).default(UPSTREAM_CONNECTIONS),
});
