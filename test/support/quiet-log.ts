// A logger that says nothing, for tests that look at something else.
import { createLogger } from "../../src/telemetry/log.ts";

export const quietLog = createLogger("silent", { write() {} });
