// The real token counter, one for all tests of a run: its thread takes 100 MB.
import { createWorkerCounter } from "../../src/metering/tokens/worker-counter.ts";
import { quietLog } from "./quiet-log.ts";

export const countTokens = createWorkerCounter(quietLog);
