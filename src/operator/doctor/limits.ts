// The doctor's look at the limits of this machine and this process.
import type { Config } from "../../config/schema.ts";
import type { Check } from "./check.ts";
import { openFilesLimit, openFilesWarning } from "./open-files.ts";
import { canReplaceItself, OUTGOING_LIMIT_VARIABLE, outgoingLimit } from "./outgoing-limit.ts";

/** Whether the operating system allows as many connections as the configuration. */
export function checkOpenFiles(config: Config): Check {
  const name = "open files";
  const limit = openFilesLimit();
  const warning = openFilesWarning(limit, config.server.upstreamConnections);
  if (warning !== null) return { name, status: "warn", detail: warning };
  const detail = limit === null ? "this platform tells no limit" : `at most ${limit} at once`;
  return { name, status: "ok", detail };
}

/** Whether a server started from here would have the outgoing connections that it is to have. */
export function checkOutgoingConnections(
  config: Config,
  env: Record<string, string | undefined>,
): Check {
  const name = "outgoing connections";
  const wanted = config.server.upstreamConnections;
  const willBeRaised = !env[OUTGOING_LIMIT_VARIABLE] && canReplaceItself();
  const limit = willBeRaised ? wanted : outgoingLimit(env);
  if (limit >= wanted) return { name, status: "ok", detail: `at most ${limit} at once` };
  const remedy = `set ${OUTGOING_LIMIT_VARIABLE}=${wanted} before the start`;
  return { name, status: "warn", detail: `at most ${limit} at once: ${remedy}` };
}
